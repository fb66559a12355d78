-- Cancels one batch of the deliveries of cancelled syncs. One that is being sent is left to its outcome.
with stopped as (
  delete from webhooks_internal.queue
  where delivery_id in (
    select q.delivery_id
    from webhooks.webhook_syncs s
    join webhooks_internal.sync_deliveries o on o.sync_id = s.id
    join webhooks_internal.queue q on q.delivery_id = o.delivery_id
    where s.status = 'cancelled' and (q.lease is null or q.due_at < now())
    limit :limit
    for update of q skip locked
  )
  returning delivery_id
),
cancelled as (
  update webhooks.webhook_deliveries d
  set status = 'cancelled', reason = 'sync cancelled', next_attempt_at = null, completed_at = now(), updated_at = now()
  where d.id = any (array(select delivery_id from stopped)) and d.status in ('pending', 'retrying')
)
select count(*)::integer as "stopped!" from stopped
