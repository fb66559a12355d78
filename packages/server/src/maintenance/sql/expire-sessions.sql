-- Sessions are kept for a day after their end, to look up what a session was.
with links as (
  delete from webhooks_internal.portal_links where expires_at < now()
)
delete from webhooks_internal.sessions where expires_at < now() - interval '1 day'
