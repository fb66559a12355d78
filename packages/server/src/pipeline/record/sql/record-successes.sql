-- What nearly every attempt is: a success. One statement for the batch ends the deliveries and writes the log, with nothing
-- in it that only a failure needs; record-attempts.sql handles everything else.
--
-- A result counts only under the lease with which it was sent: whatever another node has taken over in the meantime is left
-- alone, and its log row with it.
--
-- Rows are looked up by lateral subquery and by array, and each step hands on what the next one needs, so that there is one plan
-- whatever the planner believes of tables that are empty one moment and full the next. Joining the steps again at the end
-- cost more than all of them: it is planned for one row and gets 200.
--
-- :response_code is that of all; :lowest_delivery and :highest_delivery keep the partitions of other days out.
with results as materialized (
  select * from unnest(:ids::uuid[], :deliveries::uuid[], :leases::uuid[], :attempts::integer[], :triggers::text[], :urls::text[], :durations_ms::integer[],
      :request_headers::text[], :response_headers::text[], :response_bodies::text[], :created_at::timestamptz[], :organizations::uuid[], :webhooks::uuid[], :events::uuid[], :event_types::text[])
    as r (id, delivery_id, lease, attempt, trigger, url, duration_ms, request_headers, response_headers, response_body,
      created_at, organization_id, webhook_id, event_id, event)
),
-- By attempt, not by delivery: a batch may also hold the late result of a lease that was taken over.
held as (
  select r.*, q.place
  from results r
  cross join lateral (
    select ctid as place from webhooks_internal.queue q where q.delivery_id = r.delivery_id and q.lease = r.lease limit 1
  ) as q
),
-- The lease once more: a row that was taken over after it had been looked up is followed to its new place without asking
-- whether that is the place which was asked for, by all but the newest releases.
ended as (
  delete from webhooks_internal.queue q using held where q.ctid = held.place and q.lease = held.lease returning held.*
),
completed as (
  update webhooks.webhook_deliveries d
  set status = 'delivered', reason = null, attempts = d.attempts + 1, last_response_code = :response_code::integer, last_error = null,
    next_attempt_at = null, completed_at = now(), updated_at = now()
  where d.id = any (array(select delivery_id from ended)) and d.id between :lowest_delivery::uuid and :highest_delivery::uuid
)
insert into webhooks_internal.attempts (id, organization_id, webhook_id, delivery_id, event_id, event, url, status, attempt,
  trigger, response_code, duration_ms, request_headers, response_headers, response_body, created_at)
select id, organization_id, webhook_id, delivery_id, event_id, event, url, 'success', attempt, trigger, :response_code::integer,
  duration_ms, request_headers, response_headers, response_body, created_at
from ended
