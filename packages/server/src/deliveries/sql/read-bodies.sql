-- The bodies of some events, whole. $1 events.
select e.id, webhooks_internal.event_body(e.event, e.timestamp, e.data, e.previous) as body
from webhooks.webhook_events e
where e.id = any ($1::uuid[])
