-- Oldest first; rows that another node holds are passed over. Deleted in the transaction that creates the deliveries,
-- so an event leaves the outbox exactly when its deliveries exist.
with taken as (
  delete from webhooks_internal.outbox
  where id in (select id from webhooks_internal.outbox order by id limit $1 for update skip locked)
  returning id, event_id
)
select e.id, e.organization_id, e.event,
  webhooks_internal.event_body(e.event, e.timestamp, e.data, e.previous) as body
from taken
join webhooks.webhook_events e on e.id = taken.event_id
order by taken.id
