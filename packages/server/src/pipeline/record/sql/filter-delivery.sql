-- Ends a delivery of which nothing is sent. Counts only under its lease: another node may have taken it over.
with gone as (
  delete from webhooks_internal.queue where delivery_id = :delivery_id::uuid and lease = :lease::uuid returning delivery_id
)
update webhooks.webhook_deliveries d
set status = 'filtered', reason = :reason, next_attempt_at = null, completed_at = now(), updated_at = now()
from gone g
where d.id = g.delivery_id
