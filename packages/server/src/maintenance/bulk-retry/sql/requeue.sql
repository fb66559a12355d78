-- Queues final deliveries, except those with a manual attempt under way. A queue row keeps everyone else away from the
-- delivery, so that the next statement sees its latest state. :trigger of the next attempt: `manual` or `replay`.
insert into webhooks_internal.queue (delivery_id, webhook_id, trigger)
select d.id, d.webhook_id, :trigger::text from webhooks.webhook_deliveries d where d.id = any (:delivery_ids::uuid[])
on conflict (delivery_id) do nothing
returning delivery_id
