-- What a claim may take: the first of each webhook that has something due. $1 of each webhook, $2 of all, $3 to leave alone.
select first.delivery_id
from webhooks_internal.queued_webhooks w
cross join lateral (
  select q.delivery_id
  from webhooks_internal.queue q
  where q.webhook_id = w.webhook_id and q.due_at <= now() and q.delivery_id <> all ($3::uuid[])
  order by q.due_at
  limit $1
) as first
limit $2
