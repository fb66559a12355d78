-- Reopens queued deliveries. Those whose state has changed since they were read leave the queue.
-- :statuses from which a delivery is reopened, :completed_before when it was completed.
with reopened as (
  update webhooks.webhook_deliveries d
  set status = case when d.attempts = 0 then 'pending' else 'retrying' end,
    reason = :reason::text, next_attempt_at = now(), completed_at = null, updated_at = now()
  where d.id = any (:delivery_ids::uuid[]) and d.status = any (:statuses::text[]) and d.completed_at < :completed_before::timestamptz
  returning d.id, d.attempts
),
dropped as (
  delete from webhooks_internal.queue q
  where q.delivery_id = any (:delivery_ids::uuid[]) and not exists (select from reopened r where r.id = q.delivery_id)
)
update webhooks_internal.queue q
set attempts = r.attempts
from reopened r
where q.delivery_id = r.id
