-- Asked for by every request, so that a session counts for none that follows once it or the key behind it has ended, on any
-- node. $1 digest of the token (hex), $2 marks of the service key that counts now.
select s.id, s.organization_id, s.scope, s.api_key_id, s.service_mark, s.portal_link_id is not null as is_of_link,
  k.name as key_name, k.hint as key_hint, s.expires_at, s.latest_end, s.seen_at < now() - interval '1 minute' as is_stale
from webhooks_internal.sessions s
left join webhooks.api_keys k on k.id = s.api_key_id
where s.token_hash = decode($1, 'hex') and s.expires_at > now() and s.ended_at is null and k.revoked_at is null
  and (s.service_mark is null or s.service_mark = any ($2::text[]))
