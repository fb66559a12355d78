-- Oldest first; rows that another node holds are passed over. Deleted in the transaction that creates the deliveries,
-- so an event leaves the outbox exactly when its deliveries exist. :only rows to take no others than;
-- null: any.
--
-- The array and the lateral subquery leave the planner no choice but to look each row up by its key, whatever it believes
-- of the sizes of tables that are empty one moment and full the next: a plan that scanned the events cost seconds a batch.
with taken as (
  delete from webhooks_internal.outbox
  where id = any (array(
    select id from webhooks_internal.outbox
    where id <> all (:except::bigint[]) and (:only?::bigint[] is null or id = any (:only?::bigint[]))
    order by id limit :limit for update skip locked))
  returning id, event_id, organization_id
)
select e.id, e.organization_id, e.event, e.origin, e.traceparent, e.body as "body!"
from taken
cross join lateral (
  select e.id, e.organization_id, e.event, e.origin, e.traceparent,
    webhooks_internal.event_body(e.event, e.timestamp, e.data, e.previous) as body
  from webhooks.webhook_events e
  where e.id = taken.event_id and e.organization_id = taken.organization_id
  limit 1
) as e
order by taken.id
