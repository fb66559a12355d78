-- Queues final deliveries, except those with a manual attempt under way. A queue row keeps everyone else away from the
-- delivery, so that the next statement sees its latest state.
insert into webhooks_internal.queue (delivery_id, webhook_id)
select d.id, d.webhook_id from webhooks.webhook_deliveries d where d.id = any (:delivery_ids::uuid[])
on conflict (delivery_id) do nothing
returning delivery_id
