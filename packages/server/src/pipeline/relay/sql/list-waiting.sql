-- What a batch would take.
select id from webhooks_internal.outbox where id <> all (:except::bigint[]) order by id limit :limit
