-- Use keeps a session open, for 12 hours from each and never beyond its latest end. At most once a minute.
update webhooks_internal.sessions
set seen_at = now(), expires_at = least(now() + interval '12 hours', latest_end)
where id = $1 and seen_at < now() - interval '1 minute' and ended_at is null
