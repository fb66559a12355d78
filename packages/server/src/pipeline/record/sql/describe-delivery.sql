select organization_id, webhook_id, event_id, event from webhooks.webhook_deliveries where id = :delivery_id
