-- What a batch would take. $1 how many, $2 rows to leave alone.
select id from webhooks_internal.outbox where id <> all ($2::bigint[]) order by id limit $1
