with ended as (
  delete from webhooks.webhook_inboxes where expires_at <= now()
)
delete from webhooks.webhook_inbox_requests where created_at < now() - interval '24 hours'
