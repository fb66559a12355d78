-- Cancels bulk work for webhooks that are disabled or deleted.
update webhooks.webhook_redeliveries r
set status = 'cancelled', completed_at = now(), updated_at = now(),
  reason = case when exists (select from webhooks.webhook_configurations c where c.id = r.webhook_id)
    then 'webhook disabled' else 'webhook deleted' end
where r.status = 'running'
  and not exists (select from webhooks.webhook_configurations c where c.id = r.webhook_id and c.is_active)
