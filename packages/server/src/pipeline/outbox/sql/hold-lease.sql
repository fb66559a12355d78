select webhooks_internal.hold_outbox_lease(:node_id, :lease)
