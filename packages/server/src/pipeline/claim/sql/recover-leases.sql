-- Releases the leases of dead nodes and deregisters them. Deliveries that were never sent keep their position, before later ones.
-- Events that a dead node had leased from the outbox are marked, because some of their deliveries may be written.
-- If such a node is alive after all, its next heartbeat registers it again.
with forgotten as (
  delete from webhooks_internal.nodes where id = any (:nodes::uuid[])
),
lost as (
  delete from webhooks_internal.outbox_leases where node_id = any (:nodes::uuid[]) returning events
),
retaken as (
  update webhooks_internal.outbox o
  set is_retaken = true
  from lost
  where o.id >= lower(lost.events) and o.id < upper(lost.events) and lost.events @> o.id
)
update webhooks_internal.queue
set lease = null, lease_node = null,
  due_at = case when attempts = 0 then least(now(), webhooks_internal.made_at(delivery_id)) else now() end
where lease_node = any (:nodes::uuid[])
