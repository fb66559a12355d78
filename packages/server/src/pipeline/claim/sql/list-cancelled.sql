-- What a batch would cancel. $1 webhook, $2 made before, $3 batch.
select q.delivery_id
from webhooks_internal.queue q
join webhooks.webhook_deliveries d on d.id = q.delivery_id
where q.webhook_id = $1::uuid and (q.lease is null or q.due_at < now()) and d.created_at <= $2::timestamptz
order by q.due_at
limit $3
