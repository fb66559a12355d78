-- At most once a minute, also when several nodes see it used at once.
update webhooks.api_keys set last_used_at = now()
where id = $1 and coalesce(last_used_at < now() - interval '1 minute', true)
