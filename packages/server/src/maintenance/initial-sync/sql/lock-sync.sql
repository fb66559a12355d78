-- Locks a sync unless it was stopped, or another node has gone on with it. Runs after lock-outbox.sql.
select id from webhooks.webhook_syncs
where id = :id and status = 'running' and not is_read and after_capture = :after_capture and after_key = :after_key::text[]
for update skip locked
