-- Ends a delivery that cannot continue: it has failed, with the reason, and can be retried. Its log row contains nothing of the
-- event, which may be unreadable. :lease: null if no node holds the delivery; :is_logged: whether to write the log row.
with gone as (
  delete from webhooks_internal.queue
  where delivery_id = :delivery_id::uuid and case when :lease?::uuid is null then lease is null or due_at < now() else lease = :lease?::uuid end
  returning delivery_id, attempts
),
ended as (
  update webhooks.webhook_deliveries d
  set status = case when d.status = 'delivered' then 'delivered' else 'failed' end,
    reason = case when d.status = 'delivered' then null else :reason end,
    last_error = :reason, attempts = greatest(d.attempts, g.attempts) + 1, next_attempt_at = null,
    completed_at = now(), updated_at = now()
  from gone g
  where d.id = :delivery_id::uuid
  returning d.organization_id, d.webhook_id, d.event_id, d.event, d.attempts
)
insert into webhooks_internal.attempts (id, organization_id, webhook_id, delivery_id, event_id, event, url, status, attempt,
  trigger, error_code, error_message, diagnosis, duration_ms, request_body, created_at)
select :attempt_id::uuid, e.organization_id, e.webhook_id, :delivery_id::uuid, e.event_id, e.event, coalesce(w.url, ''), 'failed', e.attempts,
  case when e.attempts > 1 then 'retry' else 'event' end, :error_code, :reason, :diagnosis, 0, '', now()
from ended e
left join webhooks.webhook_configurations w on w.id = e.webhook_id
where :is_logged::boolean
