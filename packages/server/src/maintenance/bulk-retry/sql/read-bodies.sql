select e.id, webhooks_internal.event_body(e.event, e.timestamp, e.data, e.previous) as "body!"
from webhooks.webhook_events e
where e.id = any (:event_ids::uuid[]) and e.organization_id = :organization_id::uuid
