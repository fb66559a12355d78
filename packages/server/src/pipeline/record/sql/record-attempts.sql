-- Records outcomes and their log rows in one statement, except for plain successes (record-successes.sql). An outcome counts
-- only under the lease with which it was sent: if another node has taken the delivery over, neither is written.
-- A test (lease null) has a log row only.
with results as materialized (
  -- By the database's clock, which also decides what is due: the clocks of nodes may be off.
  select r.*, now() + r.wait_ms * interval '1 millisecond' as next_attempt_at
  from json_to_recordset(:attempts::json) as r (
    id uuid, organization_id uuid, webhook_id uuid, delivery_id uuid, event_id uuid, event text, url text, status text,
    attempt integer, trigger text, response_code integer, error_code text, error_message text, diagnosis text,
    duration_ms integer, request_headers text, request_body text, response_headers text, response_body text,
    wait_ms bigint, created_at timestamptz, lease uuid, deactivate text)
),
-- By attempt, not by delivery: a batch may contain the late outcome of a lease that was taken over. Each step passes on the
-- whole row: joining the steps at the end would be planned for one row and get hundreds.
held as materialized (
  select r.*, q.place, w.is_active
  from results r
  left join lateral (
    select ctid as place from webhooks_internal.queue q where q.delivery_id = r.delivery_id and q.lease = r.lease limit 1
  ) as q on true
  left join lateral (
    select w.is_active from webhooks.webhook_configurations w where w.id = r.webhook_id limit 1
  ) as w on true
),
deactivated as (
  update webhooks.webhook_configurations w
  set is_active = false, disabled_reason = r.deactivate, disabled_at = now()
  from (
    select distinct on (webhook_id) webhook_id, url, deactivate
    from held
    where deactivate is not null and place is not null
  ) r
  -- Only if the webhook still has the URL that the attempt was sent to.
  where w.id = r.webhook_id and w.url = r.url and w.is_active
  returning w.id
),
judged as materialized (
  select *,
    -- Retries are left, but the webhook is disabled or deleted.
    next_attempt_at is not null
      and (is_active is not true or webhook_id = any (array(select id from deactivated))) as is_cancelled
  from held
),
ended as (
  delete from webhooks_internal.queue q
  using judged r
  where q.ctid = r.place and q.lease = r.lease and (r.next_attempt_at is null or r.is_cancelled)
  returning r.*
),
rescheduled as (
  update webhooks_internal.queue q
  set due_at = r.next_attempt_at, attempts = r.attempt, lease = null, lease_node = null,
    trigger = case when r.trigger in ('replay', 'sync') then r.trigger end
  from judged r
  where q.ctid = r.place and q.lease = r.lease and r.next_attempt_at is not null and not r.is_cancelled
  returning r.*
),
fenced as materialized (
  select * from ended union all select * from rescheduled
),
completed as (
  update webhooks.webhook_deliveries d
  set status = case
      -- A delivery that was delivered stays so, even if a manual retry fails.
      when r.status = 'success' or d.status = 'delivered' then 'delivered'
      when r.is_cancelled then 'cancelled'
      when r.next_attempt_at is null then 'failed'
      else 'retrying'
    end,
    reason = case
      when r.status = 'success' or d.status = 'delivered' then null
      when r.is_cancelled and r.is_active is null then 'webhook deleted'
      when r.is_cancelled then 'webhook disabled'
      when r.deactivate is not null then r.deactivate
      when r.next_attempt_at is null then 'no attempts left'
    end,
    attempts = r.attempt,
    last_response_code = r.response_code,
    last_error = r.error_message,
    next_attempt_at = case when not r.is_cancelled then r.next_attempt_at end,
    completed_at = case when r.next_attempt_at is null or r.is_cancelled then now() end,
    updated_at = now()
  from fenced r
  where d.id = any (array(select delivery_id from fenced)) and d.id = r.delivery_id
)
insert into webhooks_internal.attempts (id, organization_id, webhook_id, delivery_id, event_id, event, url, status, attempt,
  trigger, response_code, error_code, error_message, diagnosis, duration_ms, request_headers, request_body,
  response_headers, response_body, next_attempt_at, created_at)
select r.id, r.organization_id, r.webhook_id, r.delivery_id, r.event_id, r.event, r.url, r.status, r.attempt, r.trigger,
  r.response_code, r.error_code, r.error_message, r.diagnosis, r.duration_ms, r.request_headers, r.request_body,
  r.response_headers, r.response_body, case when not r.is_cancelled then r.next_attempt_at end, r.created_at
from (select * from fenced union all select * from judged where lease is null) as r
-- The row exists if the response to the commit was lost and the batch is retried.
on conflict (id) do nothing
