-- Records successes, which nearly all attempts are. One statement for the batch ends the deliveries and writes the log, without
-- anything that only failures need; record-attempts.sql records those.
--
-- An outcome counts only under the lease with which it was sent: if another node has taken the delivery over, neither the
-- outcome nor its log row is written.
--
-- Rows are looked up by lateral subquery and by array, and each step passes on what the next one needs. So there is one plan,
-- whatever the planner expects of tables that are empty one moment and full the next. Joining the steps at the end cost more
-- than all of them: it was planned for one row and got 200.
--
-- :response_code: the same for the whole batch; :lowest_delivery and :highest_delivery exclude the partitions of other days.
with results as materialized (
  select * from unnest(:ids::uuid[], :deliveries::uuid[], :leases::uuid[], :attempts::integer[], :triggers::text[], :urls::text[], :durations_ms::integer[],
      :request_headers::text[], :response_headers::text[], :response_bodies::text[], :created_at::timestamptz[], :organizations::uuid[], :webhooks::uuid[], :events::uuid[], :event_types::text[])
    as r (id, delivery_id, lease, attempt, trigger, url, duration_ms, request_headers, response_headers, response_body,
      created_at, organization_id, webhook_id, event_id, event)
),
-- By attempt, not by delivery: a batch may contain the late outcome of a lease that was taken over.
held as (
  select r.*, q.place
  from results r
  cross join lateral (
    select ctid as place from webhooks_internal.queue q where q.delivery_id = r.delivery_id and q.lease = r.lease limit 1
  ) as q
),
-- Compares the lease again: if a row is taken over after it was looked up, all but the newest releases of PostgreSQL follow it
-- to its new `ctid` without checking that condition again.
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
