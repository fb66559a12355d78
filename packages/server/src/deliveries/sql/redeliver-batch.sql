-- One batch of the oldest bulk retry that no other node is at: queues what failed before the retry was asked for, and
-- notes how far it came, in one statement. What has failed again since is left alone, so that it ends. $1 rows to look at.
with redelivery as (
  select * from webhooks.webhook_redeliveries where status = 'running' order by created_at limit 1 for update skip locked
),
seen as (
  select d.id, d.webhook_id, d.event, d.status, d.attempts, d.created_at, d.completed_at
  from redelivery r
  cross join lateral (
    select * from webhooks.webhook_deliveries d
    where d.webhook_id = r.webhook_id
      and d.created_at >= greatest(r.since, r.after_created_at) and d.created_at < r.until
      and (d.created_at, d.id) > (r.after_created_at, r.after_id)
    order by d.created_at, d.id
    limit $1
  ) as d
),
queued as (
  insert into webhooks_internal.queue (delivery_id, webhook_id, attempts)
  select s.id, s.webhook_id, s.attempts
  from seen s
  cross join redelivery r
  join webhooks.webhook_configurations c on c.id = r.webhook_id and c.is_active
  where s.status = 'failed' and s.completed_at < r.created_at and (r.event is null or s.event = r.event)
  on conflict (delivery_id) do nothing
  returning delivery_id
),
reopened as (
  update webhooks.webhook_deliveries d
  set status = 'retrying', reason = 'retried by hand', next_attempt_at = now(), completed_at = null, updated_at = now()
  from queued q
  where d.id = q.delivery_id
),
last_seen as (
  select created_at, id from seen order by created_at desc, id desc limit 1
)
update webhooks.webhook_redeliveries r
set queued = r.queued + (select count(*) from queued),
  status = case when (select count(*) from seen) < $1 then 'completed' else 'running' end,
  completed_at = case when (select count(*) from seen) < $1 then now() end,
  after_created_at = coalesce((select created_at from last_seen), r.after_created_at),
  after_id = coalesce((select id from last_seen), r.after_id),
  updated_at = now()
from redelivery
where r.id = redelivery.id
returning r.id, (select count(*)::integer from queued) as queued
