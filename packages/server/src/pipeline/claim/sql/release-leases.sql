-- Gives back what was leased and will not be sent: due at once, for any node, and what was never sent before what came
-- later. Only under the lease itself: one that ran out may have been taken over meanwhile.
update webhooks_internal.queue q
set lease = null, lease_node = null,
  due_at = case when q.attempts = 0 then least(now(), webhooks_internal.made_at(q.delivery_id)) else now() end
from unnest(:deliveries::uuid[], :leases::uuid[]) as held (delivery_id, lease)
where q.delivery_id = held.delivery_id and q.lease = held.lease
