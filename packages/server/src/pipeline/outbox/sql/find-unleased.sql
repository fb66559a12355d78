-- An event without its data; no row if another node holds it. Runs after lock-outbox.sql, in the same transaction.
select e.id, e.organization_id, e.event, e.origin, e.traceparent,
  greatest(0, extract(epoch from e.created_at) * 1000)::bigint as "created_ms!"
from webhooks_internal.outbox o
join webhooks.webhook_events e on e.id = o.event_id and e.organization_id = o.organization_id
where o.id = :outbox_id::bigint and not exists (
  select from webhooks_internal.outbox_leases l where l.node_id <> :node_id::uuid and l.events @> :outbox_id::bigint)
