-- What retry_failed would queue. $1 webhook, $2 since, $3 until, $4 event; null for any.
select count(*)::integer as matched
from webhooks.webhook_deliveries d
where d.webhook_id = $1::uuid
  and d.organization_id = (select c.organization_id from webhooks.webhook_configurations c where c.id = $1::uuid)
  and d.status = 'failed' and d.reason is distinct from 'record erased'
  and d.created_at >= coalesce($2::timestamptz, '-infinity') and d.created_at < $3::timestamptz
  and ($4::text is null or d.event = $4::text)
