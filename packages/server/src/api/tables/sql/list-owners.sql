select distinct organization_id from webhooks.webhook_configurations where id = any (:ids::uuid[])
