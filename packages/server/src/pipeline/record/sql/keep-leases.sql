-- The leases of deliveries whose results are being stored. Long enough to look for one that cannot be; should this node die, the others
-- take them over by its heartbeat.
update webhooks_internal.queue q
set due_at = now() + interval '3 minutes'
from unnest(:deliveries::uuid[], :leases::uuid[]) as held (delivery_id, lease)
where q.delivery_id = held.delivery_id and q.lease = held.lease and q.due_at < now() + interval '2 minutes'
