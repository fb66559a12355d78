select coalesce(max(id), 0) as "id!" from webhooks_internal.outbox
