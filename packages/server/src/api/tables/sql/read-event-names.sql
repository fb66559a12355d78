select name from webhooks.webhook_event_types
