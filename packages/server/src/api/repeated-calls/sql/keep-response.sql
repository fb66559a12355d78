-- Ends a call, unless another one has taken over.
update webhooks_internal.repeated_calls
set response = :response?, claim = null, claimed_until = null
where id = :id and claim = :claim
