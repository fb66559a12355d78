select exists (select from webhooks.webhook_syncs where status in ('running', 'paused'))
  or exists (select from webhooks_internal.sync_deliveries) as "is_open!"
