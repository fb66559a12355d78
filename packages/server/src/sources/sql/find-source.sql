select id, secret, verify_token from webhooks.webhook_sources where organization_id = $1 and provider = $2
