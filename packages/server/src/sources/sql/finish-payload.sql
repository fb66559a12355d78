delete from webhooks_internal.source_queue where id = :id::uuid
