update webhooks.webhook_syncs set status = 'paused', reason = :reason::text where id = :id and status = 'running'
