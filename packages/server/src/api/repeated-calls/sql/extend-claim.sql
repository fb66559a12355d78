update webhooks_internal.repeated_calls
set claimed_until = now() + :claim_ms::integer * interval '1 millisecond'
where id = :id and claim = :claim
