-- Stores a result, unless the webhook was deleted meanwhile, and deletes all but the latest 19 of the earlier ones.
with stored as (
  insert into webhooks.webhook_checkups (organization_id, webhook_id, url, status, checks, checked_at)
  select organization_id, id, :url, :status, :checks::json, :checked_at::timestamptz
  from webhooks.webhook_configurations
  where id = :webhook_id::uuid
)
delete from webhooks.webhook_checkups
where id in (
  select c.id from webhooks.webhook_checkups c
  where c.webhook_id = :webhook_id::uuid
  order by c.checked_at desc, c.id desc
  offset 19
)
