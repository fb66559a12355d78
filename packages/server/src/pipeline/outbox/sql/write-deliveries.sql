-- Writes deliveries for the first time: `delivered` with a log row, `filtered`, `failed`, or `pending` with a row in the queue,
-- which is leased to this node if `lease_ms` is not null. Removes the events whose deliveries are now all written (:finished) from
-- the outbox, in the same commit.
--
-- A delivery with `has_turn` waits for earlier ones about its record; `nth` keeps such deliveries in this order when they are read by
-- their time.
--
-- A row is written only while its event is in the outbox: the event may have been erased, or a commit that was not acknowledged
-- has written its deliveries. `is_last`: the event is one of :finished.
with rows as materialized (
  select * from unnest(:ids::uuid[], :outbox_ids::bigint[], :is_last::boolean[], :organizations::uuid[], :webhooks::uuid[],
    :events::uuid[], :event_types::text[], :statuses::text[], :reasons::text[], :record_ids::text[], :redact::text[],
    :created_at::timestamptz[], :lease_ms::integer[], :attempt_ids::uuid[], :urls::text[], :error_codes::text[],
    :error_messages::text[], :diagnoses::text[], :response_codes::integer[], :durations_ms::integer[],
    :request_headers::text[], :request_bodies::text[], :response_headers::text[], :response_bodies::text[],
    :sent_at::timestamptz[], :has_turn::boolean[], :shapes::text[]) with ordinality
    as r (id, outbox_id, is_last, organization_id, webhook_id, event_id, event, status, reason, record_id, redact, created_at,
      lease_ms, attempt_id, url, error_code, error_message, diagnosis, response_code, duration_ms, request_headers, request_body,
      response_headers, response_body, sent_at, has_turn, shape, nth)
),
finished as (
  delete from webhooks_internal.outbox where id = any (:finished::bigint[]) returning id
),
accepted as materialized (
  select r.* from rows r
  where case
      when r.is_last then r.outbox_id in (select id from finished)
      else exists (select from webhooks_internal.outbox o where o.id = r.outbox_id)
    end
    and not exists (select from webhooks.webhook_deliveries d where d.id = r.id)
),
queued as (
  insert into webhooks_internal.queue (delivery_id, webhook_id, due_at, lease, lease_node, record_key)
  select r.id, r.webhook_id,
    case when r.lease_ms is null then least(now(), r.created_at) else now() + r.lease_ms * interval '1 millisecond' end,
    case when r.lease_ms is not null then :lease::uuid end,
    case when r.lease_ms is not null then :node_id::uuid end,
    case when r.has_turn then webhooks_internal.record_key(r.event, r.record_id) end
  from accepted r
  where r.status = 'pending'
  order by r.nth
),
logged as (
  insert into webhooks_internal.attempts (id, organization_id, webhook_id, delivery_id, event_id, event, url, status, attempt,
    trigger, error_code, error_message, diagnosis, response_code, duration_ms, request_headers, request_body, response_headers,
    response_body, created_at)
  select r.attempt_id, r.organization_id, r.webhook_id, r.id, r.event_id, r.event, r.url,
    case r.status when 'delivered' then 'success' else 'failed' end, 1, 'event', r.error_code, r.error_message, r.diagnosis,
    r.response_code, r.duration_ms, r.request_headers, r.request_body, r.response_headers, r.response_body, r.sent_at
  from accepted r
  where r.attempt_id is not null
)
insert into webhooks.webhook_deliveries (id, organization_id, webhook_id, event_id, event, status, reason, attempts,
  last_response_code, last_error, created_at, completed_at, record_id, redact, shape)
select r.id, r.organization_id, r.webhook_id, r.event_id, r.event, r.status, r.reason,
  case when r.status in ('delivered', 'failed') then 1 else 0 end, r.response_code,
  r.error_message, case when r.has_turn then r.created_at + r.nth * interval '1 microsecond' else r.created_at end, case when r.status <> 'pending' then now() end, r.record_id, r.redact::text[], r.shape
from accepted r
