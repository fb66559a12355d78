select name, example from webhooks.webhook_event_types order by name
