-- Times are milliseconds since the epoch.
select w.id as "webhook_id!", w.url as "url!", w.is_active as "is_active!", w.health as "health!", w.health_reason, w.is_parked as "is_parked!",
  w.rate_limit is not null as "is_rate_limited!",
  1000 * extract(epoch from clock_timestamp())::double precision as "now!",
  coalesce(h.phase, 'healthy') as "phase!",
  coalesce(h.failures, 0) as "failures!",
  1000 * extract(epoch from h.failing_since)::double precision as failing_since,
  1000 * extract(epoch from h.probe_at)::double precision as probe_at,
  h.probe_wait_ms,
  h.probe_lease,
  1000 * extract(epoch from h.draining_since)::double precision as draining_since,
  coalesce(h.drained, 0) as "drained!",
  coalesce(webhooks_internal.drain_window(h.draining_since, h.drained) >= coalesce(w.max_in_flight, :default_max_in_flight::integer), true)
    as "is_window_open!",
  h.phase in ('held', 'draining') and exists (
    select from webhooks_internal.queue q where q.webhook_id = w.id and q.due_at <= now()
  ) as has_backlog
from webhooks.webhook_configurations w
left join webhooks_internal.endpoint_health h on h.webhook_id = w.id
where w.id = any (:webhooks::uuid[])
