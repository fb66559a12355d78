-- Writes the state, and what the API shows of it if that has changed (`is_noted`). `reason` is null if there is none.
-- Times are milliseconds since the epoch.
with judged as materialized (
  select * from json_to_recordset(:rows::json) as j (
    webhook_id uuid, phase text, failures integer, failing_since double precision, probe_at double precision,
    probe_wait_ms integer, probe_lease uuid, draining_since double precision, drained integer,
    is_noted boolean, health text, reason text, is_parked boolean)
),
kept as (
  insert into webhooks_internal.endpoint_health as h
    (webhook_id, phase, failures, failing_since, probe_at, probe_wait_ms, probe_lease, draining_since, drained)
  select j.webhook_id, j.phase, j.failures, to_timestamp(j.failing_since / 1000), to_timestamp(j.probe_at / 1000),
    j.probe_wait_ms, j.probe_lease, to_timestamp(j.draining_since / 1000), j.drained
  from judged j
  on conflict (webhook_id) do update
  set phase = excluded.phase, failures = excluded.failures, failing_since = excluded.failing_since,
    probe_at = excluded.probe_at, probe_wait_ms = excluded.probe_wait_ms, probe_lease = excluded.probe_lease,
    draining_since = excluded.draining_since, drained = excluded.drained
)
update webhooks.webhook_configurations w
set health = j.health,
  health_since = case when w.health = j.health then w.health_since else now() end,
  health_reason = j.reason,
  is_parked = j.is_parked
from judged j
where w.id = j.webhook_id and j.is_noted
