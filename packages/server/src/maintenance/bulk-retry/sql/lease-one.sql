-- Leases one delivery for a manual attempt, whatever its state, unless it is being sent now. The attempt replaces the
-- scheduled one, if any. The lease names no node: if the caller dies, the delivery waits for the end of the lease.
-- Of a webhook with an order, nothing is leased while others about the record come first.
insert into webhooks_internal.queue as q (delivery_id, webhook_id, attempts, lease, record_key, due_at)
select d.id, d.webhook_id, d.attempts, :lease::uuid,
  case when c.ordering = 'record' then webhooks_internal.record_key(d.event, d.record_id) end,
  now() + (coalesce(c.timeout_ms, :default_timeout_ms::integer) + :lease_margin_ms::integer) * interval '1 millisecond'
from webhooks.webhook_deliveries d
join webhooks.webhook_configurations c on c.id = d.webhook_id and c.organization_id = d.organization_id and c.is_active
where d.id = :delivery_id::uuid and d.reason is distinct from 'record erased'
on conflict (delivery_id) do update
set lease = excluded.lease, lease_node = null, due_at = excluded.due_at
where (q.lease is null or q.due_at < now())
  and (q.record_key is null or not exists (
    select from webhooks_internal.queue b
    where b.webhook_id = q.webhook_id and b.record_key = q.record_key and b.turn < q.turn
      and b.due_at <> webhooks_internal.never_due()))
