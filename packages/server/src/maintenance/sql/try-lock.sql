-- For the rest of the transaction.
select pg_try_advisory_xact_lock(:key::bigint) as "is_ours!"
