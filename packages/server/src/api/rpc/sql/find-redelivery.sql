select id from webhooks.webhook_redeliveries where id = :id
