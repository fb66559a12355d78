-- One batch of the deliveries of a webhook that was switched off or deleted. What is under a lease is being sent; its
-- result decides, and what is left of it is cancelled by a later batch. $1 webhook, $2 reason, $3 made before, $4 batch.
update webhooks.webhook_deliveries
set status = 'cancelled', reason = $2, next_attempt_at = null, due_at = null, completed_at = now(), updated_at = now()
where id in (
  select id from webhooks.webhook_deliveries
  where webhook_id = $1::uuid and due_at is not null and lease is null and created_at <= $3::timestamptz
  order by due_at, id
  limit $4
  for update skip locked
)
