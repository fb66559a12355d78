-- What a claim may take: the first of each webhook that has something due.
select first.delivery_id
from webhooks_internal.queued_webhooks w
cross join lateral (
  select q.delivery_id
  from webhooks_internal.queue q
  where q.webhook_id = w.webhook_id and q.due_at <= now() and q.delivery_id <> all (:except::uuid[])
  order by q.due_at
  limit :limit_per_webhook
) as first
limit :limit
