insert into webhooks_internal.sessions
  (token_hash, organization_id, scope, api_key_id, service_mark, expires_at, latest_end)
values (decode(:token_hash, 'hex'), :organization_id?, :scope, :api_key_id?, :service_mark?, now() + interval '12 hours', now() + interval '24 hours')
returning id, organization_id, scope, expires_at, latest_end
