-- Locks webhooks before their health, as a PATCH does, and each of them in one order, so that concurrent transactions wait for
-- each other and never deadlock. Another statement reads the locked rows: it sees what this one waited for.
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
