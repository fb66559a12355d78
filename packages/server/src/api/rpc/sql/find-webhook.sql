select organization_id, events, is_active, previous_secret_until from webhooks.webhook_configurations where id = :id
