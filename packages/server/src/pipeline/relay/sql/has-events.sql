-- Also those that another node has just taken: whoever finds none then has lost nothing but a moment. $1 rows to leave alone.
select exists (select from webhooks_internal.outbox where id <> all ($1::bigint[])) as has_events
