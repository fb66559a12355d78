select id from webhooks_internal.nodes where seen_at < now() - :dead_after_seconds::integer * interval '1 second'
