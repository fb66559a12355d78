delete from webhooks.webhook_alerts where created_at < now() - :retention_ms::float8 * interval '1 millisecond'
