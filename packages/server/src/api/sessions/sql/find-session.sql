-- Every request runs this, so that a session is refused at once on every node after it or its key has ended.
-- :token_hash hex, :service_marks of the current service key.
select s.id as "id!", s.organization_id, s.scope as "scope!", s.api_key_id, s.service_mark, s.portal_link_id is not null as "is_of_link!",
  k.name as key_name, k.hint as key_hint, s.expires_at as "expires_at!", s.latest_end as "latest_end!",
  s.seen_at < now() - interval '1 minute' as "is_stale!"
from webhooks_internal.sessions s
left join webhooks.api_keys k on k.id = s.api_key_id
where s.token_hash = decode(:token_hash, 'hex') and s.expires_at > now() and s.ended_at is null and k.revoked_at is null
  and (s.service_mark is null or s.service_mark = any (:service_marks::text[]))
