-- A row with `lease_ms` is born under this node's lease, to be sent from its memory at once; the others are due now for
-- whoever has a free slot. One with a `reason` was kept back by a filter: it is over as it begins.
-- $1 rows, $2 lease token, $3 node.
with planned as materialized (
  select * from json_to_recordset($1::json) as d
    (id uuid, organization_id uuid, webhook_id uuid, event_id uuid, event text, lease_ms integer, reason text)
),
queued as (
  insert into webhooks_internal.queue (delivery_id, webhook_id, due_at, lease, lease_node)
  select d.id, d.webhook_id, now() + coalesce(d.lease_ms, 0) * interval '1 millisecond',
    case when d.lease_ms is not null then $2::uuid end,
    case when d.lease_ms is not null then $3::uuid end
  from planned d
  where d.reason is null
)
insert into webhooks.webhook_deliveries
  (id, organization_id, webhook_id, event_id, event, status, reason, completed_at)
select d.id, d.organization_id, d.webhook_id, d.event_id, d.event,
  case when d.reason is null then 'pending' else 'filtered' end, d.reason, case when d.reason is not null then now() end
from planned d
