insert into webhooks_internal.nodes (id) values (:node_id) on conflict (id) do update set seen_at = now()
