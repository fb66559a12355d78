-- :publishes: whether the node publishes events instead of sending them.
insert into webhooks_internal.outbox_leases (node_id, lease, publishes) values (:node_id, :lease, :publishes)
on conflict (node_id) do update set lease = excluded.lease, events = '{}', publishes = excluded.publishes
