update webhooks.webhook_redeliveries
set status = 'cancelled', reason = 'by hand', completed_at = now(), updated_at = now()
where id = :id and status = 'running'
