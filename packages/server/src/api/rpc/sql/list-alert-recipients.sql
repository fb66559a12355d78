select id, email, locale from webhooks.webhook_alert_recipients where organization_id = :organization_id order by email, id limit :limit
