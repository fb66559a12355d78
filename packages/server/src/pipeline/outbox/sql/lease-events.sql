-- Leases the oldest events that no node holds, in one row of outbox_leases and without a write to the outbox. Runs after
-- lock-outbox.sql and hold-lease.sql, in the same transaction, so that two nodes never lease one event. :held: the rows that this
-- node holds already; :except: rows to skip; :only: the only rows to lease; null: any. While a node publishes, there are none for others.
--
-- Events of organizations with an order per record are leased apart, with :in_order; otherwise they are only named.
--
-- The lateral subqueries leave the planner no choice but to look each row up by its key, whatever it expects of tables that
-- are empty one moment and full the next: a plan that scanned the events took seconds a batch.
with free as materialized (
  select o.id, o.event_id, o.organization_id, o.is_retaken
  from webhooks_internal.outbox o
  where not o.id <@ :held::int8multirange
    and not o.id <@ coalesce(
      (select range_agg(l.events) from webhooks_internal.outbox_leases l where l.node_id <> :node_id::uuid), '{}')
    and not exists (select from webhooks_internal.outbox_leases l where l.publishes)
    and o.id <> all (:except::bigint[]) and (:only?::bigint[] is null or o.id = any (:only?::bigint[]))
  order by o.id limit :limit
),
known as materialized (
  select free.*, v.version, coalesce(v.is_ordered, false) as is_ordered
  from free
  left join lateral (
    select v.version, v.is_ordered from webhooks_internal.subscription_versions v
    where v.organization_id = free.organization_id limit 1
  ) as v on true
),
leased as (
  update webhooks_internal.outbox_leases l
  set events = :held::int8multirange
    + (select range_agg(int8range(k.id, k.id, '[]')) from known k where k.is_ordered = :in_order::boolean)
  where l.node_id = :node_id::uuid and exists (select from known k where k.is_ordered = :in_order::boolean)
)
select k.id as "key!", coalesce(k.is_retaken, false) as "is_retaken!", now()::text as "leased_at!",
  e.id as "id!", e.organization_id as "organization_id!", e.event as "event!", e.origin, e.traceparent,
  e.body as "body!", e.created_ms as "created_ms!",
  -- The case makes the generated type nullable: an organization may have no version.
  case when k.version is not null then k.version end as version,
  k.is_ordered = :in_order::boolean as "is_leased!"
from known k
cross join lateral (
  select e.id, e.organization_id, e.event, e.origin, e.traceparent,
    case when k.is_ordered = :in_order::boolean
      then webhooks_internal.event_body(e.event, e.timestamp, e.data, e.previous) else '' end as body,
    greatest(0, extract(epoch from e.created_at) * 1000)::bigint as created_ms
  from webhooks.webhook_events e
  where e.id = k.event_id and e.organization_id = k.organization_id
  limit 1
) as e
order by k.id
