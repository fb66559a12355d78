-- A row with `lease_ms` is born under this node's lease, to be sent from its memory at once; the others are due now for
-- whoever has a free slot.
insert into webhooks.webhook_deliveries (id, organization_id, webhook_id, event_id, event, due_at, lease, lease_node)
select d.id, d.organization_id, d.webhook_id, d.event_id, d.event,
  now() + coalesce(d.lease_ms, 0) * interval '1 millisecond',
  case when d.lease_ms is not null then $2::uuid end,
  case when d.lease_ms is not null then $3::uuid end
from json_to_recordset($1::json) as d
  (id uuid, organization_id uuid, webhook_id uuid, event_id uuid, event text, lease_ms integer)
