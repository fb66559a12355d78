-- Claims a call that was not made yet, has expired, or was abandoned. No row: it is known, or too many are kept.
-- :request_hash hex.
insert into webhooks_internal.repeated_calls as c (id, credential_id, request_hash, claim, claimed_until, expires_at)
select :id, :credential_id, decode(:request_hash, 'hex'), :claim, now() + :claim_ms::integer * interval '1 millisecond',
  now() + interval '24 hours'
where not exists (
  select from webhooks_internal.repeated_call_totals
  where credential_id = :credential_id and (calls >= :max_calls::integer or bytes >= :max_bytes::bigint)
)
on conflict (id) do update
set request_hash = excluded.request_hash, claim = excluded.claim, claimed_until = excluded.claimed_until, response = null,
  expires_at = excluded.expires_at
where c.expires_at <= now() or (c.claimed_until <= now() and c.request_hash = excluded.request_hash)
returning c.id
