-- What nearly every attempt is: a success. One statement for the batch ends the deliveries and writes the log, with nothing
-- in it that only a failure needs; record-attempts.sql is its elder sister.
--
-- A result counts only under the lease with which it was sent: whatever another node has taken over in the meantime is left
-- alone, and its log row with it. What the delivery knows already is not sent again.
--
-- Rows are looked up by lateral subquery and by array, so that there is one plan whatever the planner believes of tables that
-- are empty one moment and full the next.
--
-- $1 attempt ids, $2 deliveries, $3 leases, $4 attempts, $5 triggers, $6 URLs, $7 durations, $8 request headers,
-- $9 response headers, $10 response bodies, $11 times; $12 the response code of all, $13 and $14 the lowest and the highest
-- delivery, which keep the partitions of other days out of it.
with results as materialized (
  select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::integer[], $5::text[], $6::text[], $7::integer[],
      $8::text[], $9::text[], $10::text[], $11::timestamptz[])
    as r (id, delivery_id, lease, attempt, trigger, url, duration_ms, request_headers, response_headers, response_body,
      created_at)
),
-- By attempt, not by delivery: a batch may also hold the late result of a lease that was taken over.
held as (
  select r.id, r.lease, q.place
  from results r
  cross join lateral (
    select ctid as place from webhooks_internal.queue q where q.delivery_id = r.delivery_id and q.lease = r.lease limit 1
  ) as q
),
-- The lease once more: a row that was taken over after it had been looked up is followed to its new place without asking
-- whether that is the place which was asked for, by all but the newest releases.
ended as (
  delete from webhooks_internal.queue q using held where q.ctid = held.place and q.lease = held.lease
  returning held.id, q.delivery_id
),
completed as (
  update webhooks.webhook_deliveries d
  set status = 'delivered', reason = null, attempts = d.attempts + 1, last_response_code = $12::integer, last_error = null,
    next_attempt_at = null, completed_at = now(), updated_at = now()
  where d.id = any (array(select delivery_id from ended)) and d.id between $13::uuid and $14::uuid
  returning d.id, d.organization_id, d.webhook_id, d.event_id, d.event
)
insert into webhooks_internal.attempts (id, organization_id, webhook_id, delivery_id, event_id, event, url, status, attempt,
  trigger, response_code, duration_ms, request_headers, response_headers, response_body, created_at)
select r.id, d.organization_id, d.webhook_id, d.id, d.event_id, d.event, r.url, 'success', r.attempt, r.trigger,
  $12::integer, r.duration_ms, r.request_headers, r.response_headers, r.response_body, r.created_at
from completed d
join ended e on e.delivery_id = d.id
join results r on r.id = e.id
