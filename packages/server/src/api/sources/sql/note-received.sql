-- At most once a minute.
update webhooks.webhook_sources set last_received_at = now()
where id = $1 and coalesce(last_received_at < now() - interval '1 minute', true)
