-- Counts what retry_failed would queue. :since null for no bound, :event null for any.
select count(*)::integer as "matched!"
from webhooks.webhook_deliveries d
where d.webhook_id = :webhook_id::uuid
  and d.organization_id = (select c.organization_id from webhooks.webhook_configurations c where c.id = :webhook_id::uuid)
  and d.status = 'failed' and d.reason is distinct from 'record erased'
  and d.created_at >= coalesce(:since?::timestamptz, '-infinity') and d.created_at < :until::timestamptz
  and (:event?::text is null or d.event = :event?::text)
