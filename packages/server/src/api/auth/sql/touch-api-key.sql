-- At most once a minute, even if several nodes see it used at once.
update webhooks.api_keys set last_used_at = now()
where id = :id and coalesce(last_used_at < now() - interval '1 minute', true)
