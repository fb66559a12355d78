delete from webhooks.webhook_signing_keys where expires_at <= now()
