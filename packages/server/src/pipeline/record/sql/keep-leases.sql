-- Extends the leases of deliveries whose outcomes are being stored, long enough to find one that cannot be stored. If this node
-- dies, others take them over as soon as its heartbeat is missing.
update webhooks_internal.queue q
set due_at = now() + interval '3 minutes'
from unnest(:deliveries::uuid[], :leases::uuid[]) as held (delivery_id, lease)
where q.delivery_id = held.delivery_id and q.lease = held.lease and q.due_at < now() + interval '2 minutes'
