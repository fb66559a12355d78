-- What has become of some events for one webhook: the deliveries that there are, and whether each has reached it or is on
-- its way. $1 webhook, $2 events, $3 their organization.
select d.event_id, d.id,
  d.status = 'delivered'
  or d.status in ('pending', 'retrying') and not exists (
    -- About to be cancelled, because the webhook was off for a moment.
    select from webhooks_internal.cancellations x where x.webhook_id = d.webhook_id and d.created_at <= x.made_before
  ) as has_reached
from webhooks.webhook_deliveries d
where d.event_id = any ($2::uuid[]) and d.webhook_id = $1::uuid and d.organization_id = $3::uuid
