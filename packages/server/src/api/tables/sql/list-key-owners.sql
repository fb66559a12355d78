-- Which of these organizations have a signing key.
select organization_id from webhooks.webhook_signing_keys
where organization_id = any (:organizations::uuid[]) and expires_at is null
