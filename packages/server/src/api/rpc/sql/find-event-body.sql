select e.id, e.organization_id, webhooks_internal.event_body(e.event, e.timestamp, e.data, e.previous) as "body!"
from webhooks.webhook_events e
where e.id = :id::uuid
limit 1
