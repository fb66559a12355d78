-- The bodies of some of an organization's events, whole. $1 events, $2 organization.
select e.id, webhooks_internal.event_body(e.event, e.timestamp, e.data, e.previous) as body
from webhooks.webhook_events e
where e.id = any ($1::uuid[]) and e.organization_id = $2::uuid
