-- The running bulk work that has waited longest, so that a large one does not hold up the others. One at a time for a
-- webhook, and only
-- * while fewer than :max_due of the webhook's deliveries are due, so that its new events do not queue behind many old ones;
-- * while no cancellation of the webhook's deliveries is pending, because it would cancel the new ones too;
-- * for a replay, while fewer than :max_in_outbox events are in the outbox: new events go first.
select r.id, r.kind, r.organization_id, r.webhook_id, r.since::text as since, r.until::text as "until!", r.event,
  r.created_at::text as "created_at!", r.after_created_at::text as "after_created_at!", r.after_id
from webhooks.webhook_redeliveries r
where r.status = 'running'
  and not exists (
    select from webhooks.webhook_redeliveries o
    where o.status = 'running' and o.webhook_id = r.webhook_id and (o.created_at, o.id) < (r.created_at, r.id))
  and not exists (select from webhooks_internal.cancellations x where x.webhook_id = r.webhook_id)
  and :max_due > (
    select count(*)
    from (select from webhooks_internal.queue q where q.webhook_id = r.webhook_id and q.due_at <= now() limit :max_due) as due)
  and (
    r.kind = 'retry_failed'
    or :max_in_outbox > (select count(*) from (select from webhooks_internal.outbox limit :max_in_outbox) as waiting)
  )
order by r.updated_at
limit 1
for update of r skip locked
