select e.id, e.organization_id, e.event, e.origin, e.traceparent
from webhooks_internal.outbox o
join webhooks.webhook_events e on e.id = o.event_id and e.organization_id = o.organization_id
where o.id = :outbox_id
