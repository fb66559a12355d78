-- Gives back what dead nodes held, and forgets them. What was never sent gets its place back, before what came later. Of events that
-- they held in the outbox some deliveries may be written: they are marked.
-- A node that beats again after all is entered anew.
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
