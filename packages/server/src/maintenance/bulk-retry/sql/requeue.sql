-- Deliveries that are over are queued again, but for those that somebody is sending by hand just now. From here on nobody
-- else touches them, so that the next statement finds their last state. $1 deliveries.
insert into webhooks_internal.queue (delivery_id, webhook_id)
select d.id, d.webhook_id from webhooks.webhook_deliveries d where d.id = any ($1::uuid[])
on conflict (delivery_id) do nothing
returning delivery_id
