-- Ends a cancellation when none of the deliveries that it covers is queued.
delete from webhooks_internal.cancellations
where webhook_id = :webhook_id::uuid and made_before = :made_before::timestamptz and not exists (
  select from webhooks_internal.queue q
  join webhooks.webhook_deliveries d on d.id = q.delivery_id
  where q.webhook_id = :webhook_id::uuid and d.created_at <= :made_before::timestamptz)
