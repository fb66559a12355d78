-- Makes nodes take turns at one webhook, until the end of the transaction. :lock any constant.
select pg_try_advisory_xact_lock(:lock::integer, hashtext(:webhook_id::text)) as "is_ours!"
