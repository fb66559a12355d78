select q.delivery_id
from webhooks_internal.queue q
where q.due_at = webhooks_internal.never_due() and q.lease is null
limit :limit
