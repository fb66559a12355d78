-- In the CRM's database.
insert into webhooks.webhook_erasures (id, organization_id, record_id, object, created_at, until, terms)
select id, organization_id, record_id, object, created_at, until, terms
from json_to_recordset(:erasures::json) as given (
  id uuid, organization_id uuid, record_id text, object text, created_at timestamptz, until timestamptz, terms text[]
)
on conflict (id) do nothing
