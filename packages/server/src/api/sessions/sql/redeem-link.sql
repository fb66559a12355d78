-- A link opens one session: deleting it is what decides between two that use it at once. $1 digest of the link's token (hex),
-- $2 digest of the session's, $3 marks of the service key that counts now.
with used as (
  delete from webhooks_internal.portal_links where token_hash = decode($1, 'hex') returning *
)
insert into webhooks_internal.sessions
  (token_hash, organization_id, scope, api_key_id, service_mark, portal_link_id, expires_at, latest_end)
select decode($2, 'hex'), l.organization_id, 'admin', l.api_key_id, l.service_mark, l.id, l.expires_at, l.expires_at
from used l
left join webhooks.api_keys k on k.id = l.api_key_id
where l.expires_at > now() and k.revoked_at is null
  and (l.service_mark is null or l.service_mark = any ($3::text[]))
returning id, organization_id, scope, expires_at, latest_end
