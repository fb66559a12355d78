-- One batch of the deliveries of a webhook that was switched off or deleted. What is under a lease that holds is being
-- sent; its result decides, and what is left of it is cancelled by a later batch.
-- :only deliveries to cancel no others than; null: any.
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
  -- A delivery that was over keeps its outcome when only a retry by hand is given up.
  update webhooks.webhook_deliveries d
  set status = 'cancelled', reason = :reason, next_attempt_at = null, completed_at = now(), updated_at = now()
  from stopped s
  where d.id = s.delivery_id and d.status in ('pending', 'retrying')
)
select count(*)::integer as "stopped!" from stopped
