-- Which trace an event belongs to (W3C traceparent), said by whoever makes the change: `select set_config('webhooks.traceparent',
-- …, true)` in the CRM's own transaction, and by the API for its. What is no traceparent is none: it never stops a change.
alter table webhooks.webhook_events
  add column traceparent text
    default substring(current_setting('webhooks.traceparent', true) from '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$');
