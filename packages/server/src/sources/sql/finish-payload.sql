delete from webhooks_internal.source_queue where id = $1::uuid
