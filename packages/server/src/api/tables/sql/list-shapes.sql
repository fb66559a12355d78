select id, format, payload, transform from webhooks.webhook_configurations where id = any (:ids::uuid[])
