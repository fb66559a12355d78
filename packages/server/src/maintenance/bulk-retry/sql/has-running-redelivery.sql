select exists (select from webhooks.webhook_redeliveries where status = 'running') as "is_running!"
