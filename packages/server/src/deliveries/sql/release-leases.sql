-- Gives back what this node holds and will not send: due at once, for any node.
update webhooks_internal.queue
set lease = null, lease_node = null, due_at = now()
where delivery_id = any ($1::uuid[]) and lease_node = $2::uuid
