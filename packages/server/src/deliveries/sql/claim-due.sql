-- Claims what is due, fairly: per endpoint as many as it has room for, oldest first, and where the limit binds each
-- endpoint's first before any endpoint's second.
--
-- $1 limit, $2 lease token, $3 node, $4 default requests under way, $5 [{webhook_id, free}] of the others,
-- $6 default timeout and $7 lease margin, in milliseconds, $8 how many times its requests under way an idle endpoint gets.
--
-- Stepping from endpoint to endpoint was measured at a sixth of the cost of a global order with exclusions when 100,000
-- deliveries of one sick endpoint are due.
with endpoints as (
  select c.webhook_id, c.url, c.secret, c.previous_secret, c.sealed_headers, c.timeout_ms, c.max_in_flight,
    coalesce(busy.free, $8::integer * coalesce(c.max_in_flight, $4::integer)) as free
  from webhooks_internal.queued_webhooks w
  join webhooks_internal.targets c on c.webhook_id = w.webhook_id and c.is_active
  left join json_to_recordset($5::json) as busy (webhook_id uuid, free integer) on busy.webhook_id = c.webhook_id
  where coalesce(busy.free, 1) > 0
    and exists (select from webhooks_internal.queue q where q.webhook_id = w.webhook_id and q.due_at <= now())
),
due as (
  select e.*, q.delivery_id, q.due_at, row_number() over (partition by e.webhook_id order by q.due_at, q.delivery_id) as turn
  from endpoints e
  cross join lateral (
    select q.delivery_id, q.due_at
    from webhooks_internal.queue q
    where q.webhook_id = e.webhook_id and q.due_at <= now()
    order by q.due_at, q.delivery_id
    -- An equal share, so that no more rows are locked than are taken.
    limit least(e.free, ceil($1::numeric / (select count(*) from endpoints)))
    for update skip locked
  ) as q
),
chosen as (
  select * from due order by turn, due_at limit $1
),
claimed as (
  update webhooks_internal.queue q
  set lease = $2::uuid,
    lease_node = $3::uuid,
    due_at = now() + (coalesce(c.timeout_ms, $6::integer) + $7::integer) * interval '1 millisecond'
  from chosen c
  where q.delivery_id = c.delivery_id
  returning q.delivery_id, q.attempts, c.webhook_id, c.url, c.secret, c.previous_secret, c.sealed_headers, c.timeout_ms, c.max_in_flight
)
-- Both counts, because either may be behind: this statement's view of the delivery, and the queue's when the row was put
-- back by a retry by hand that waited for a result.
select d.id, d.organization_id, d.event_id, d.event, greatest(c.attempts, d.attempts) as attempts, d.status,
  webhooks_internal.event_body(e.event, e.timestamp, e.data, e.previous) as body,
  c.webhook_id, c.url, c.secret, c.previous_secret, c.sealed_headers, c.timeout_ms, c.max_in_flight
from claimed c
join webhooks.webhook_deliveries d on d.id = c.delivery_id
join webhooks.webhook_events e on e.id = d.event_id
