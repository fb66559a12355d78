-- A link opens one session: of two requests that use it at once, the one that deletes it opens the session.
-- :link_hash, :token_hash hex, :service_marks of the current service key.
with used as (
  delete from webhooks_internal.portal_links where token_hash = decode(:link_hash, 'hex') returning *
)
insert into webhooks_internal.sessions
  (token_hash, organization_id, scope, api_key_id, service_mark, portal_link_id, expires_at, latest_end)
select decode(:token_hash, 'hex'), l.organization_id, 'admin', l.api_key_id, l.service_mark, l.id, l.expires_at, l.expires_at
from used l
left join webhooks.api_keys k on k.id = l.api_key_id
where l.expires_at > now() and k.revoked_at is null
  and (l.service_mark is null or l.service_mark = any (:service_marks::text[]))
returning id as "id!", organization_id, scope as "scope!", expires_at as "expires_at!", latest_end as "latest_end!"
