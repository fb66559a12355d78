update webhooks.webhook_configurations
set is_active = false, disabled_reason = :reason, disabled_at = now()
where id = :webhook_id
