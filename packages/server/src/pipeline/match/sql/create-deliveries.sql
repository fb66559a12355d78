-- A row with `lease_ms` is born under this node's lease, to be sent from its memory at once; the others are due now for
-- whoever has a free slot. One with a `reason` was kept back by a filter: it is over as it begins.
with planned as materialized (
  select * from unnest(:ids::uuid[], :webhooks::uuid[], :events::uuid[], :event_types::text[], :organizations::uuid[], :lease_ms::integer[], :reasons::text[],
    :record_ids::text[], :redact::text[])
    as d (id, webhook_id, event_id, event, organization_id, lease_ms, reason, record_id, redact)
),
queued as (
  insert into webhooks_internal.queue (delivery_id, webhook_id, due_at, lease, lease_node)
  select d.id, d.webhook_id, now() + coalesce(d.lease_ms, 0) * interval '1 millisecond',
    case when d.lease_ms is not null then :lease::uuid end,
    case when d.lease_ms is not null then :node_id::uuid end
  from planned d
  where d.reason is null
)
insert into webhooks.webhook_deliveries
  (id, organization_id, webhook_id, event_id, event, status, reason, record_id, redact, completed_at)
select d.id, d.organization_id, d.webhook_id, d.event_id, d.event,
  case when d.reason is null then 'pending' else 'filtered' end, d.reason, d.record_id, d.redact::text[],
  case when d.reason is not null then now() end
from planned d
