-- Takes one event out of the outbox without reading what it says; none when another node holds it.
with taken as (
  delete from webhooks_internal.outbox
  where id = any (array(select id from webhooks_internal.outbox where id = :outbox_id::bigint for update skip locked))
  returning event_id, organization_id
)
select e.id, e.organization_id, e.event, e.origin, e.traceparent
from taken
cross join lateral (
  select e.id, e.organization_id, e.event, e.origin, e.traceparent
  from webhooks.webhook_events e
  where e.id = taken.event_id and e.organization_id = taken.organization_id
  limit 1
) as e
