-- A delivery that could not be made as it should be: it is over as it begins, and can be retried. The log has nothing of the event,
-- of which it is not known whether it can be read. $1 delivery, $2 organization, $3 webhook, $4 event, $5 event type,
-- $6 redacted fields, $7 why, $8 attempt, $9 URL, $10 diagnosis.
with failed as (
  insert into webhooks.webhook_deliveries
    (id, organization_id, webhook_id, event_id, event, status, reason, attempts, last_error, redact, completed_at)
  values ($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5, 'failed', $7, 1, $7, $6::text[], now())
)
insert into webhooks_internal.attempts (id, organization_id, webhook_id, delivery_id, event_id, event, url, status, attempt,
  trigger, error_code, error_message, diagnosis, duration_ms, request_body, created_at)
values ($8::uuid, $2::uuid, $3::uuid, $1::uuid, $4::uuid, $5, $9, 'failed', 1, 'event', 'not_sendable', $7, $10, 0, '', now())
