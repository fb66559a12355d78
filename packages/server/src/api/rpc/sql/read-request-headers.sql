select request_headers from webhooks.webhook_logs where id = :id
