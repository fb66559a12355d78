-- The keys that sign, locked, so that concurrent rotations take turns.
select id, expires_at from webhooks.webhook_signing_keys
where organization_id = :organization_id and (expires_at is null or expires_at > now())
order by id
for update
