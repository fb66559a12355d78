delete from webhooks_internal.outbox where id = :outbox_id::bigint
