with forgotten as (
  delete from webhooks_internal.nodes
)
update webhooks_internal.queue set lease = null, lease_node = null, due_at = now() where lease is not null
