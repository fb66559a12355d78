select organization_id, events, is_active from webhooks.webhook_configurations where id = :id
