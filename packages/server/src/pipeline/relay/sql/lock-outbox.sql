-- One node at a time leases events. The lease needs no flush of its own: what a crash of the database loses is leased, and
-- sent, again. Outcomes come later in the write-ahead log, so that none is kept whose lease is lost.
select pg_advisory_xact_lock(hashtext('webhooks_internal.outbox'))::text, set_config('synchronous_commit', 'off', true)
