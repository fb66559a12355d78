-- $1 organization, $2 digest of the token (hex), $3 API key behind it, $4 mark of the service key behind it, $5 seconds, $6 the
-- session that asks for it, beyond whose own end it must not lead.
insert into webhooks_internal.portal_links (organization_id, token_hash, api_key_id, service_mark, expires_at)
values ($1, decode($2, 'hex'), $3, $4, least(
  now() + $5::integer * interval '1 second',
  (select latest_end from webhooks_internal.sessions where id = $6)
))
returning expires_at
