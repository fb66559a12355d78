-- Leases one delivery for a manual attempt, whatever its state, unless it is being sent now. The attempt replaces the
-- scheduled one, if any. The lease names no node: if the caller dies, the delivery waits for the end of the lease.
insert into webhooks_internal.queue as q (delivery_id, webhook_id, attempts, lease, due_at)
select d.id, d.webhook_id, d.attempts, :lease::uuid,
  now() + (coalesce(c.timeout_ms, :default_timeout_ms::integer) + :lease_margin_ms::integer) * interval '1 millisecond'
from webhooks.webhook_deliveries d
join webhooks.webhook_configurations c on c.id = d.webhook_id and c.organization_id = d.organization_id and c.is_active
where d.id = :delivery_id::uuid and d.reason is distinct from 'record erased'
on conflict (delivery_id) do update
set lease = excluded.lease, lease_node = null, due_at = excluded.due_at
where q.lease is null or q.due_at < now()
