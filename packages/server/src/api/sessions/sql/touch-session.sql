-- Each use keeps a session open for 12 hours, up to its latest end. At most once a minute.
update webhooks_internal.sessions
set seen_at = now(), expires_at = least(now() + interval '12 hours', latest_end)
where id = :id and seen_at < now() - interval '1 minute' and ended_at is null
