select count(*)::integer as "count!" from webhooks.webhook_alert_recipients where organization_id = :organization_id
