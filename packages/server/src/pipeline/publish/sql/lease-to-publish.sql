-- Leases the oldest events of the outbox, unless another node holds some: one node at a time publishes, so that events stand in their
-- stream in the order of the outbox. Runs after lock-outbox.sql and hold-lease.sql, in the same transaction. :except: rows to skip.
--
-- Rows of a dead node come alone: the same rows make the same messages, which the stream recognizes. The event of a row is null if its
-- retention has ended.
with free as materialized (
  select o.id, o.event_id, o.organization_id, coalesce(o.is_retaken, false) as is_retaken
  from webhooks_internal.outbox o
  where o.id <> all (:except::bigint[])
    and not exists (
      select from webhooks_internal.outbox_leases l where l.node_id <> :node_id::uuid and not isempty(l.events))
  order by o.id limit :limit
),
alike as materialized (
  select f.* from free f where f.is_retaken = (select is_retaken from free order by id limit 1)
),
leased as (
  update webhooks_internal.outbox_leases l
  set events = (select range_agg(int8range(a.id, a.id, '[]')) from alike a)
  where l.node_id = :node_id::uuid and exists (select from alike)
)
select a.id as "outbox_id!", a.is_retaken as "is_retaken!", a.organization_id as "organization_id!",
  e.id, e.event, e.data::text as data, e.previous::text as previous, e.timestamp::text as "timestamp",
  e.source, e.origin, e.traceparent, greatest(0, extract(epoch from e.created_at) * 1000)::bigint as created_ms
from alike a
left join lateral (
  select * from webhooks.webhook_events e where e.id = a.event_id and e.organization_id = a.organization_id limit 1
) as e on true
order by a.id
