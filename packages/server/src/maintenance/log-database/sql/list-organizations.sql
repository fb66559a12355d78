-- In the CRM's database: the next organizations by their ids.
select id, external_id, name, created_at::text as "created_at!", updated_at::text as "updated_at!"
from webhooks_internal.tenants
where id > :after_id::uuid
order by id
limit :limit
