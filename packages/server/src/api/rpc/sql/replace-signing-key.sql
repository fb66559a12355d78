update webhooks.webhook_signing_keys
set expires_at = now() + :overlap::float8 * interval '1 millisecond'
where organization_id = :organization_id and expires_at is null
returning expires_at
