-- False: a transaction in this database holds the mark.
select pg_try_advisory_xact_lock(:mark::bigint) as "is_free!"
