select organization_id, events, format, payload, transform, redact from webhooks.webhook_configurations where id = :id::uuid
