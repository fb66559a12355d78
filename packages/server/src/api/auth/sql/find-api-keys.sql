-- The keys with these SHA-256 digests (hex) that are not revoked. Every request runs this, so that a revoked key is refused at once on
-- every node.
select encode(k.key_hash, 'hex') as "hash!", k.id, k.organization_id, k.scope, k.name, k.hint,
  coalesce(k.last_used_at < now() - interval '1 minute', true) as "is_stale!"
from unnest(:hashes::text[]) as wanted (hash)
join webhooks.api_keys k on k.key_hash = decode(wanted.hash, 'hex')
where k.revoked_at is null
