-- Stores events that were taken from a stream, with deliveries of them: `delivered` with a log row, `filtered`, `failed`, or `pending`
-- with a row in the queue, which is leased to this node if `lease_ms` is not null.
--
-- Ids decide: what is stored already, by a former owner of the partition or an earlier copy of the message, stays as it is. Of a
-- delivery that stays, nothing is queued or logged.
--
-- A delivery with `has_turn` waits for earlier ones about its record; `nth` keeps such deliveries in this order when they are read by
-- their time.
with stored as (
  insert into webhooks.webhook_events (id, organization_id, event, data, previous, "timestamp", source, created_at, origin, traceparent)
  select e.id, e.organization_id, e.event, e.data::json, e.previous::json, e.happened_at, e.source, e.created_at, e.origin, e.traceparent
  from unnest(:stored_ids::uuid[], :stored_organizations::uuid[], :stored_types::text[], :data::text[], :previous::text[],
    :happened_at::timestamptz[], :sources::text[], :accepted_at::timestamptz[], :origins::text[], :traceparents::text[])
    as e (id, organization_id, event, data, previous, happened_at, source, created_at, origin, traceparent)
  on conflict (id, organization_id) do nothing
),
rows as materialized (
  select * from unnest(:ids::uuid[], :organizations::uuid[], :webhooks::uuid[],
    :events::uuid[], :event_types::text[], :statuses::text[], :reasons::text[], :record_ids::text[], :redact::text[],
    :created_at::timestamptz[], :lease_ms::integer[], :attempt_ids::uuid[], :urls::text[], :error_codes::text[],
    :error_messages::text[], :diagnoses::text[], :response_codes::integer[], :durations_ms::integer[],
    :request_headers::text[], :request_bodies::text[], :response_headers::text[], :response_bodies::text[],
    :sent_at::timestamptz[], :has_turn::boolean[], :shapes::text[]) with ordinality
    as r (id, organization_id, webhook_id, event_id, event, status, reason, record_id, redact, created_at,
      lease_ms, attempt_id, url, error_code, error_message, diagnosis, response_code, duration_ms, request_headers, request_body,
      response_headers, response_body, sent_at, has_turn, shape, nth)
),
written as (
  insert into webhooks.webhook_deliveries (id, organization_id, webhook_id, event_id, event, status, reason, attempts,
    last_response_code, last_error, created_at, completed_at, record_id, redact, shape)
  select r.id, r.organization_id, r.webhook_id, r.event_id, r.event, r.status, r.reason,
    case when r.status in ('delivered', 'failed') then 1 else 0 end, r.response_code, r.error_message,
    case when r.has_turn then r.created_at + r.nth * interval '1 microsecond' else r.created_at end,
    case when r.status <> 'pending' then now() end, r.record_id, r.redact::text[], r.shape
  from rows r
  order by r.nth
  on conflict (id) do nothing
  returning id
),
accepted as materialized (
  select r.* from rows r where r.id in (select id from written)
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
select count(*) as "written!" from written
