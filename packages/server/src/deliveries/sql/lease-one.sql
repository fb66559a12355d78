-- Leases one delivery for an attempt by hand, whatever its state, unless somebody is sending it just now. The scheduled
-- attempt, if there is one, is replaced. No node holds it: a caller that dies leaves it to the end of the lease.
update webhooks.webhook_deliveries d
set lease = $2::uuid,
  lease_node = null,
  due_at = now() + (coalesce(c.timeout_ms, $3::integer) + $4::integer) * interval '1 millisecond',
  completed_at = null
from webhooks.webhook_deliveries before
join webhooks.webhook_configurations c on c.id = before.webhook_id and c.is_active
join webhooks.webhook_events e on e.id = before.event_id
where d.id = $1::uuid and before.id = d.id and (d.lease is null or d.due_at < now())
returning d.id, d.organization_id, d.event_id, d.event, d.attempts, d.status,
  webhooks_internal.event_body(e.event, e.timestamp, e.data, e.previous) as body,
  c.id as webhook_id, c.url, c.secret, c.sealed_headers, c.timeout_ms, c.max_in_flight
