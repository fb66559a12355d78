-- A row with `lease_ms` is born under this node's lease, to be sent from its memory at once; the others are due now for
-- whoever has a free slot. One with a `reason` was kept back by a filter: it is over as it begins.
-- $1 ids, $2 webhooks, $3 events, $4 event types, $5 organizations, $6 lease_ms, $7 reasons, $8 records, $9 redacted fields,
-- $10 lease token, $11 node.
with planned as materialized (
  select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::integer[], $7::text[],
    $8::text[], $9::text[])
    as d (id, webhook_id, event_id, event, organization_id, lease_ms, reason, record_id, redact)
),
queued as (
  insert into webhooks_internal.queue (delivery_id, webhook_id, due_at, lease, lease_node)
  select d.id, d.webhook_id, now() + coalesce(d.lease_ms, 0) * interval '1 millisecond',
    case when d.lease_ms is not null then $10::uuid end,
    case when d.lease_ms is not null then $11::uuid end
  from planned d
  where d.reason is null
)
insert into webhooks.webhook_deliveries
  (id, organization_id, webhook_id, event_id, event, status, reason, record_id, redact, completed_at)
select d.id, d.organization_id, d.webhook_id, d.event_id, d.event,
  case when d.reason is null then 'pending' else 'filtered' end, d.reason, d.record_id, d.redact::text[],
  case when d.reason is not null then now() end
from planned d
