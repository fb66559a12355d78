-- :begins_after the last event of the outbox.
update webhooks.webhook_syncs
set begins_after = :begins_after::bigint, updated_at = clock_timestamp()
where id = :id and begins_after is null
