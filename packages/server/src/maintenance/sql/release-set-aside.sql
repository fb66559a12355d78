-- Removes set-aside rows from the queue, and ends those of their deliveries that are still open.
with gone as (
  delete from webhooks_internal.queue q
  where q.delivery_id = any (:delivery_ids::uuid[]) and q.due_at = webhooks_internal.never_due() and q.lease is null
  returning q.delivery_id
)
update webhooks.webhook_deliveries d
set status = 'failed', reason = 'what came of it could not be stored', next_attempt_at = null, completed_at = now(), updated_at = now()
from gone
where d.id = gone.delivery_id and d.status in ('pending', 'retrying')
