select id, status from webhooks.webhook_syncs where id = any (:ids::uuid[]) and finished_at is not null
