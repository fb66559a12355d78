-- What cannot leave the queue is never due again, so that nobody sends it once more: the same kind of statement as a claim, which the
-- database takes, or it could not have been sent. It leaves when the database lets it go (release-set-aside.sql); until then
-- only a retry by hand sends it. :lease is null when nobody holds it; :is_ended: whether its delivery ends
-- as well.
with aside as (
  update webhooks_internal.queue
  set due_at = webhooks_internal.never_due(), lease = null, lease_node = null
  where delivery_id = :delivery_id::uuid and case when :lease?::uuid is null then lease is null or due_at < now() else lease = :lease?::uuid end
  returning delivery_id
)
update webhooks.webhook_deliveries d
set status = case when d.status = 'delivered' then 'delivered' else 'failed' end,
  reason = case when d.status = 'delivered' then null else :reason end,
  last_error = :reason, next_attempt_at = null, completed_at = now(), updated_at = now()
from aside
where d.id = aside.delivery_id and :is_ended::boolean
