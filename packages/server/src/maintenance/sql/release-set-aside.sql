-- Lets go of what was set aside, and ends its delivery where that was not possible. $1 deliveries.
with gone as (
  delete from webhooks_internal.queue q
  where q.delivery_id = any ($1::uuid[]) and q.due_at = webhooks_internal.never_due() and q.lease is null
  returning q.delivery_id
)
update webhooks.webhook_deliveries d
set status = 'failed', reason = 'what came of it could not be stored', next_attempt_at = null, completed_at = now(), updated_at = now()
from gone
where d.id = gone.delivery_id and d.status in ('pending', 'retrying')
