-- In the log database: erasures that the CRM's database does not have, as JSON.
select coalesce(json_agg(e), '[]')::text as "erasures!", count(*)::integer as "count!"
from (
  select id, organization_id, record_id, object, created_at, until, terms from webhooks.webhook_erasures
  where created_at > now() - :kept_ms::double precision * interval '1 millisecond'
    and status = 'running' and id <> all (:known_ids::uuid[])
  order by created_at
  limit :limit
) as e
