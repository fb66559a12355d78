-- Cancels one batch of the deliveries of a webhook that was disabled or deleted. A delivery with a valid lease is being sent:
-- its outcome decides, and a later batch cancels it if it is still queued then.
-- :only: the only deliveries to cancel; null: any.
with stopped as (
  delete from webhooks_internal.queue
  where delivery_id in (
    select q.delivery_id
    from webhooks_internal.queue q
    join webhooks.webhook_deliveries d on d.id = q.delivery_id
    where q.webhook_id = :webhook_id::uuid and (q.lease is null or q.due_at < now()) and d.created_at <= :made_before::timestamptz
      and (:only?::uuid[] is null or q.delivery_id = any (:only?::uuid[]))
    order by q.due_at
    limit :limit
    for update of q skip locked
  )
  returning delivery_id
),
cancelled as (
  -- A final delivery keeps its outcome when only its manual retry is cancelled.
  update webhooks.webhook_deliveries d
  set status = 'cancelled', reason = :reason, next_attempt_at = null, completed_at = now(), updated_at = now()
  from stopped s
  where d.id = s.delivery_id and d.status in ('pending', 'retrying')
)
select count(*)::integer as "stopped!" from stopped
