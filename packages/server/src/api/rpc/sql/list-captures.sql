select table_name, record, status, problems, checked_at from webhooks.webhook_captures order by record
