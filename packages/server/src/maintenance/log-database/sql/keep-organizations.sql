-- In the log database. One that was deleted and comes again is no longer deleted: a trigger sees to it.
insert into webhooks_internal.tenants as t (id, external_id, name, created_at, updated_at)
select id, external_id, name, created_at, updated_at
from json_to_recordset(:organizations::json)
  as given (id uuid, external_id text, name text, created_at timestamptz, updated_at timestamptz)
on conflict (id) do update
  set external_id = excluded.external_id, name = excluded.name, updated_at = excluded.updated_at
  where (t.external_id, t.name, t.updated_at) is distinct from (excluded.external_id, excluded.name, excluded.updated_at)
