-- In the CRM's database: the organizations that changed after a given one.
select id, external_id, name, created_at::text as "created_at!", updated_at::text as "updated_at!"
from webhooks_internal.tenants
where (updated_at, id) > (:after_at::timestamptz, :after_id::uuid)
order by updated_at, id
limit :limit
