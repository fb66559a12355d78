select id, organization_id from webhooks.webhook_inboxes where id = any (:ids::uuid[]) and expires_at > now()
