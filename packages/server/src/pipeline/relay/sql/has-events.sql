-- Also those that another node has just taken: whoever finds none then has lost nothing but a moment.
select exists (select from webhooks_internal.outbox where id <> all (:except::bigint[])) as "has_events!"
