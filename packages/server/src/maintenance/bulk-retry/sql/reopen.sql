-- Opens what was queued again, unless its state changed since it was looked at: then it leaves the queue.
-- $1 deliveries, $2 the states in which they were, $3 over before, $4 the reason to note.
with reopened as (
  update webhooks.webhook_deliveries d
  set status = case when d.attempts = 0 then 'pending' else 'retrying' end,
    reason = $4, next_attempt_at = now(), completed_at = null, updated_at = now()
  where d.id = any ($1::uuid[]) and d.status = any ($2::text[]) and d.completed_at < $3::timestamptz
  returning d.id, d.attempts
),
dropped as (
  delete from webhooks_internal.queue q
  where q.delivery_id = any ($1::uuid[]) and not exists (select from reopened r where r.id = q.delivery_id)
)
update webhooks_internal.queue q
set attempts = r.attempts
from reopened r
where q.delivery_id = r.id
