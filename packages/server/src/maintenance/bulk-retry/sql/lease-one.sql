-- Leases one delivery for an attempt by hand, whatever its state, unless somebody is sending it just now. The scheduled
-- attempt, if there is one, is replaced. No node holds it: a caller that dies leaves it to the end of the lease.
-- $1 delivery, $2 lease token, $3 default timeout and $4 lease margin, in milliseconds.
insert into webhooks_internal.queue as q (delivery_id, webhook_id, attempts, lease, due_at)
select d.id, d.webhook_id, d.attempts, $2::uuid,
  now() + (coalesce(c.timeout_ms, $3::integer) + $4::integer) * interval '1 millisecond'
from webhooks.webhook_deliveries d
join webhooks.webhook_configurations c on c.id = d.webhook_id and c.organization_id = d.organization_id and c.is_active
where d.id = $1::uuid and d.reason is distinct from 'record erased'
on conflict (delivery_id) do update
set lease = excluded.lease, lease_node = null, due_at = excluded.due_at
where q.lease is null or q.due_at < now()
