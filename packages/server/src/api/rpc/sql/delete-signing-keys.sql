delete from webhooks.webhook_signing_keys where organization_id = :organization_id
