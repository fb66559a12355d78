-- The key with the SHA-256 $1 (hex), unless it was revoked: asked for by every request, so that a key that is revoked
-- counts for none that follows, on any node.
select id, organization_id, scope, coalesce(last_used_at < now() - interval '1 minute', true) as is_stale
from webhooks.api_keys
where key_hash = decode($1, 'hex') and revoked_at is null
