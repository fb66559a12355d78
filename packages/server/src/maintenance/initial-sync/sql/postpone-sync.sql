-- Lets other syncs go first.
update webhooks.webhook_syncs set updated_at = clock_timestamp() where id = :id
