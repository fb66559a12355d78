-- One node at a time leases events. The lease is not flushed: if a crash of the database loses it, the events are leased and sent
-- again. Outcomes come later in the write-ahead log, so none survives without its lease.
select pg_advisory_xact_lock(hashtext('webhooks_internal.outbox'))::text, set_config('synchronous_commit', 'off', true)
