insert into webhooks_internal.outbox_leases (node_id, lease) values (:node_id, :lease)
on conflict (node_id) do update set lease = excluded.lease, events = '{}'
