-- What a batch would cancel.
select q.delivery_id
from webhooks_internal.queue q
join webhooks.webhook_deliveries d on d.id = q.delivery_id
where q.webhook_id = :webhook_id::uuid and (q.lease is null or q.due_at < now()) and d.created_at <= :made_before::timestamptz
order by q.due_at
limit :limit
