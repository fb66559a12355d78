-- Cancels queued deliveries that are about to be dropped, or whose event is. Reads the queue, which holds only what waits.
-- :lowest and :beyond: the ids to drop, from and up to.
with expired as (
  select q.delivery_id
  from webhooks_internal.queue q
  cross join lateral (
    select event_id from webhooks.webhook_deliveries d where d.id = q.delivery_id limit 1
  ) as d
  where (q.delivery_id >= :lowest::uuid and q.delivery_id < :beyond::uuid)
    or (d.event_id >= :lowest::uuid and d.event_id < :beyond::uuid)
  limit :batch
),
dequeued as (
  delete from webhooks_internal.queue where delivery_id = any (array(select delivery_id from expired))
)
update webhooks.webhook_deliveries d
set status = 'cancelled', reason = 'older than the log is kept', next_attempt_at = null, completed_at = now(), updated_at = now()
where d.id = any (array(select delivery_id from expired)) and d.completed_at is null
