-- $1 digest of the token (hex), $2 organization, $3 scope, $4 API key behind it, $5 mark of the service key behind it.
insert into webhooks_internal.sessions
  (token_hash, organization_id, scope, api_key_id, service_mark, expires_at, latest_end)
values (decode($1, 'hex'), $2, $3, $4, $5, now() + interval '12 hours', now() + interval '24 hours')
returning id, organization_id, scope, expires_at, latest_end
