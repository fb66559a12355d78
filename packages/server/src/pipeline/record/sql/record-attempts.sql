-- Results and log in one statement, for what is not a plain success (record-successes.sql). A result counts only under the
-- lease with which it was sent: whatever another node has taken over in the meantime is left alone, and its log row with it.
-- A test (lease null) has a log row only.
with results as materialized (
  -- The time of the next attempt is the database's, which also judges what is due: nodes' clocks may be off.
  select r.*, now() + r.wait_ms * interval '1 millisecond' as next_attempt_at
  from json_to_recordset(:attempts::json) as r (
    id uuid, organization_id uuid, webhook_id uuid, delivery_id uuid, event_id uuid, event text, url text, status text,
    attempt integer, trigger text, response_code integer, error_code text, error_message text, diagnosis text,
    duration_ms integer, request_headers text, request_body text, response_headers text, response_body text,
    wait_ms bigint, created_at timestamptz, lease uuid, deactivate text)
),
-- By attempt, not by delivery: a batch may also hold the late result of a lease that was taken over. Each step hands on the
-- whole row: joining the steps again at the end is planned for one row and gets hundreds.
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
  -- Of the address that said so: the webhook may have another one by now.
  where w.id = r.webhook_id and w.url = r.url and w.is_active
  returning w.id
),
judged as materialized (
  select *,
    -- Waits are left, but nobody to wait for.
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
  set due_at = r.next_attempt_at, attempts = r.attempt, lease = null, lease_node = null
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
      -- What was delivered once stays delivered, also when sending it again by hand fails.
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
-- Written already, when the acknowledgement of the commit was lost and the batch is tried again.
on conflict (id) do nothing
