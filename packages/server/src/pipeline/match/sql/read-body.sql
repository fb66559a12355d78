-- $1 event, $2 its organization.
select webhooks_internal.event_body(e.event, e.timestamp, e.data, e.previous) as body
from webhooks.webhook_events e
where e.id = $1::uuid and e.organization_id = $2::uuid
