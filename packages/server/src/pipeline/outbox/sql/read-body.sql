select webhooks_internal.event_body(e.event, e.timestamp, e.data, e.previous) as "body!"
from webhooks.webhook_events e
where e.id = :event_id::uuid and e.organization_id = :organization_id::uuid
