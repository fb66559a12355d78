-- A delivery that could not be made as it should be: it is over as it begins, and can be retried. The log has nothing of the event,
-- of which it is not known whether it can be read.
with failed as (
  insert into webhooks.webhook_deliveries
    (id, organization_id, webhook_id, event_id, event, status, reason, attempts, last_error, redact, completed_at)
  values (:delivery_id::uuid, :organization_id::uuid, :webhook_id::uuid, :event_id::uuid, :event, 'failed', :reason, 1, :reason, :redact?::text[], now())
)
insert into webhooks_internal.attempts (id, organization_id, webhook_id, delivery_id, event_id, event, url, status, attempt,
  trigger, error_code, error_message, diagnosis, duration_ms, request_body, created_at)
values (:attempt_id::uuid, :organization_id::uuid, :webhook_id::uuid, :delivery_id::uuid, :event_id::uuid, :event, :url, 'failed', 1, 'event', 'not_sendable', :reason, :diagnosis, 0, '', now())
