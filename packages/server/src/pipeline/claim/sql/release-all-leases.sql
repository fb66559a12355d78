with forgotten as (
  delete from webhooks_internal.nodes
),
lost as (
  delete from webhooks_internal.outbox_leases returning events
),
retaken as (
  update webhooks_internal.outbox o
  set is_retaken = true
  from lost
  where o.id >= lower(lost.events) and o.id < upper(lost.events) and lost.events @> o.id
)
update webhooks_internal.queue set lease = null, lease_node = null, due_at = now() where lease is not null
