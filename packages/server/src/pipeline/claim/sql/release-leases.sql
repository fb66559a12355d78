-- Releases deliveries that will not be sent: they are due at once, for any node. Those that were never sent keep their
-- position, before later ones. Only under the same lease: an expired one may have been taken over.
update webhooks_internal.queue q
set lease = null, lease_node = null,
  due_at = case when q.attempts = 0 then least(now(), webhooks_internal.made_at(q.delivery_id)) else now() end
from unnest(:deliveries::uuid[], :leases::uuid[]) as held (delivery_id, lease)
where q.delivery_id = held.delivery_id and q.lease = held.lease
