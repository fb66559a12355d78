-- The keys with the SHA-256 digests $1 (hex), but those that were revoked: asked for by every request, so that a key that
-- is revoked counts for none that follows, on any node.
select encode(k.key_hash, 'hex') as hash, k.id, k.organization_id, k.scope, k.name, k.hint,
  coalesce(k.last_used_at < now() - interval '1 minute', true) as is_stale
from unnest($1::text[]) as wanted (hash)
join webhooks.api_keys k on k.key_hash = decode(wanted.hash, 'hex')
where k.revoked_at is null
