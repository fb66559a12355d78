delete from webhooks_internal.repeated_calls where id = :id and claim = :claim
