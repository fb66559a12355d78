-- Ends what still waits although it, or the event that it would carry, is about to be dropped. From the queue, which holds
-- what waits and nothing else. $1 and $2: the ids that go, from and up to; $3 batch.
with expired as (
  select q.delivery_id
  from webhooks_internal.queue q
  cross join lateral (
    select event_id from webhooks.webhook_deliveries d where d.id = q.delivery_id limit 1
  ) as d
  where (q.delivery_id >= $1::uuid and q.delivery_id < $2::uuid) or (d.event_id >= $1::uuid and d.event_id < $2::uuid)
  limit $3
),
dequeued as (
  delete from webhooks_internal.queue where delivery_id = any (array(select delivery_id from expired))
)
update webhooks.webhook_deliveries d
set status = 'cancelled', reason = 'older than the log is kept', next_attempt_at = null, completed_at = now(), updated_at = now()
where d.id = any (array(select delivery_id from expired)) and d.completed_at is null
