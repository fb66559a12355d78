-- Notes the last event of the outbox.
update webhooks.webhook_syncs
set begins_after = (select coalesce(max(id), 0) from webhooks_internal.outbox), updated_at = clock_timestamp()
where id = :id and begins_after is null
