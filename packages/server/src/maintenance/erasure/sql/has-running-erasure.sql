select exists (select from webhooks.webhook_erasures where status = 'running') as "is_running!"
