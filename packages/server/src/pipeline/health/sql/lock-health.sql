-- Webhooks before their health, as a PATCH takes them, and each in one order: whoever wants the same ones waits, and nobody
-- waits for ever. What is locked is read by a statement of its own, which then sees what was waited for.
with webhooks as (
  select id from webhooks.webhook_configurations where id = any (:webhooks::uuid[]) order by id for no key update
),
health as (
  select webhook_id from webhooks_internal.endpoint_health
  where webhook_id in (select id from webhooks)
  order by webhook_id
  for update
)
select (select count(*) from webhooks) as webhooks, (select count(*) from health) as health
