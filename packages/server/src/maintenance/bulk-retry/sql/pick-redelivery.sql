-- The running bulk work that has waited longest, so that a large one does not hold up the others, and that may go on:
-- one at a time for a webhook, and only
-- * while few of the webhook's deliveries are due, so that its new events wait behind few old ones and the queue stays small;
-- * while nothing of an earlier time that it was off is still to be cancelled, for that would be cancelled again;
-- * for a replay, while few events wait to be fanned out: new ones go first, and the next step looks through them.
-- $1 due deliveries, $2 waiting events: from so many on it waits.
select r.id, r.kind, r.organization_id, r.webhook_id, r.since::text, r.until::text, r.event, r.created_at::text,
  r.after_created_at::text, r.after_id
from webhooks.webhook_redeliveries r
where r.status = 'running'
  and not exists (
    select from webhooks.webhook_redeliveries o
    where o.status = 'running' and o.webhook_id = r.webhook_id and (o.created_at, o.id) < (r.created_at, r.id))
  and not exists (select from webhooks_internal.cancellations x where x.webhook_id = r.webhook_id)
  and $1 > (
    select count(*)
    from (select from webhooks_internal.queue q where q.webhook_id = r.webhook_id and q.due_at <= now() limit $1) as due)
  and (r.kind = 'retry_failed' or $2 > (select count(*) from (select from webhooks_internal.outbox limit $2) as waiting))
order by r.updated_at
limit 1
for update of r skip locked
