-- Removes published events from the outbox, if this node still holds the lease, and lets other nodes lease. :forgets_events: removes
-- the events, too, because they are stored elsewhere.
with held as (
  update webhooks_internal.outbox_leases set events = '{}'
  where node_id = :node_id::uuid and lease = :lease::uuid
  returning node_id
),
gone as (
  delete from webhooks_internal.outbox o
  where o.id = any (:ids::bigint[]) and exists (select from held)
  returning o.event_id, o.organization_id
),
forgotten as (
  delete from webhooks.webhook_events e
  where :forgets_events::boolean and e.id = any (array(select event_id from gone))
    and exists (select from gone g where g.event_id = e.id and g.organization_id = e.organization_id)
)
select count(*) as "ended!" from gone
