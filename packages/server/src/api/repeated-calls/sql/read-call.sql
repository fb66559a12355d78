select request_hash = decode(:request_hash, 'hex') as "is_same!", claim is not null as "is_running!", response
from webhooks_internal.repeated_calls
where id = :id and expires_at > now()
