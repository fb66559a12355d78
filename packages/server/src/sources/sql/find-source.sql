select id, secret, verify_token from webhooks.webhook_sources where organization_id = :organization_id and provider = :provider
