-- One batch of the default partition, where ids do not tell the day.
with expired as (
  select id, organization_id from webhooks_internal.webhook_events_default
  where created_at < (now() at time zone 'UTC')::date - :kept_days::integer
  order by created_at limit :batch
),
dequeued as (
  delete from webhooks_internal.queue q
  using webhooks.webhook_deliveries d
  where d.event_id = any (array(select id from expired)) and (d.event_id, d.organization_id) in (select id, organization_id from expired)
    and q.delivery_id = d.id
  returning d.id
),
cancelled as (
  update webhooks.webhook_deliveries d
  set status = 'cancelled', reason = 'older than the log is kept', next_attempt_at = null, completed_at = now(), updated_at = now()
  where d.id = any (array(select id from dequeued)) and d.completed_at is null
)
delete from webhooks_internal.webhook_events_default
where id = any (array(select id from expired)) and (id, organization_id) in (select id, organization_id from expired)
