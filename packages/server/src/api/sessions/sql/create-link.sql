-- A link ends at the latest with the session that requests it. :token_hash hex.
insert into webhooks_internal.portal_links (organization_id, token_hash, api_key_id, service_mark, expires_at)
values (:organization_id, decode(:token_hash, 'hex'), :api_key_id?, :service_mark?, least(
  now() + :seconds::integer * interval '1 second',
  (select latest_end from webhooks_internal.sessions where id = :session_id?)
))
returning expires_at
