-- Makes a row that cannot be deleted from the queue never due, so that no node sends its delivery again. The database accepts this
-- update, because it accepted the same kind of update when the delivery was claimed. release-set-aside.sql deletes the row when the
-- database allows it; until then only a manual retry sends the delivery. :lease: null if no node holds the delivery; :is_ended:
-- whether the delivery ends as well.
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
