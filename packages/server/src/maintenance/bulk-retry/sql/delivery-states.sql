-- The deliveries of some events for one webhook, each with whether it has reached the webhook or is on its way.
select d.event_id, d.id,
  d.status = 'delivered'
  -- A later update of the record contains what it would have said.
  or d.status = 'cancelled' and d.reason = 'superseded'
  or d.status in ('pending', 'retrying') and not exists (
    -- About to be cancelled, because the webhook was disabled for a moment.
    select from webhooks_internal.cancellations x where x.webhook_id = d.webhook_id and d.created_at <= x.made_before
  ) as "has_reached!"
from webhooks.webhook_deliveries d
where d.event_id = any (:event_ids::uuid[]) and d.webhook_id = :webhook_id::uuid and d.organization_id = :organization_id::uuid
