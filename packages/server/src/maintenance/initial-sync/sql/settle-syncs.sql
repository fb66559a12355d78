-- Counts the deliveries of syncs that have ended, also of those whose row was dropped with its day.
with over as (
  select s.delivery_id, s.sync_id, coalesce(d.status, 'failed') as status
  from webhooks_internal.sync_deliveries s
  left join lateral (
    select d.status, d.completed_at from webhooks.webhook_deliveries d where d.id = s.delivery_id limit 1
  ) as d on true
  where d.status is null or d.completed_at is not null
  limit :limit
),
gone as (
  delete from webhooks_internal.sync_deliveries s using over o where s.delivery_id = o.delivery_id returning o.sync_id, o.status
),
counted as (
  select g.sync_id, count(*) filter (where g.status = 'delivered') as sent, count(*) filter (where g.status <> 'delivered') as failed
  from gone g group by g.sync_id
)
update webhooks.webhook_syncs s
set sent = s.sent + c.sent, failed = s.failed + c.failed, updated_at = now()
from counted c
where s.id = c.sync_id
