-- Queues final deliveries, except those with a manual attempt under way. A queue row keeps everyone else away from the
-- delivery, so that the next statement sees its latest state. :trigger of the next attempt: `manual` or `replay`.
-- Of a webhook with an order, each goes behind what waits about its record.
insert into webhooks_internal.queue (delivery_id, webhook_id, trigger, record_key)
select d.id, d.webhook_id, :trigger::text, case when t.is_ordered then webhooks_internal.record_key(d.event, d.record_id) end
from webhooks.webhook_deliveries d
left join webhooks_internal.targets t on t.webhook_id = d.webhook_id
where d.id = any (:delivery_ids::uuid[])
order by d.created_at, d.id
on conflict (delivery_id) do nothing
returning delivery_id as "delivery_id!"
