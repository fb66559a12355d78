-- Lets new updates of records (:deliveries) replace older ones of the same type that wait and are not being sent: those end as
-- cancelled, and their previous values go to the newest, the oldest of each field. Runs in the transaction that inserts the new ones.
with newest as (
  select distinct on (q.webhook_id, q.record_key, d.event) q.webhook_id, q.record_key, q.turn, d.id, d.event, d.event_id, d.organization_id
  from webhooks_internal.queue q
  join webhooks.webhook_deliveries d on d.id = q.delivery_id
  where q.delivery_id = any (:deliveries::uuid[]) and q.record_key is not null
  order by q.webhook_id, q.record_key, d.event, q.turn desc
),
older as (
  select q.delivery_id, q.turn, d.event_id, d.organization_id, d.previous, n.id as newest
  from newest n
  join webhooks_internal.queue q on q.webhook_id = n.webhook_id and q.record_key = n.record_key and q.turn < n.turn
  join webhooks.webhook_deliveries d on d.id = q.delivery_id
  where d.event = n.event and d.status in ('pending', 'retrying') and q.lease is null and q.due_at <> webhooks_internal.never_due()
  for update of q skip locked
),
stated as (
  select o.newest, o.turn, coalesce(o.previous, e.previous) as previous
  from older o
  join webhooks.webhook_events e on e.id = o.event_id and e.organization_id = o.organization_id
  union all
  select n.id, n.turn, e.previous
  from newest n
  join webhooks.webhook_events e on e.id = n.event_id and e.organization_id = n.organization_id
  where n.id = any (array(select newest from older))
),
oldest as (
  select distinct on (s.newest, field.key) s.newest, field.key, field.value
  from stated s
  cross join lateral json_each(coalesce(s.previous, '{}')) as field
  order by s.newest, field.key, s.turn
),
merged as materialized (
  -- Without blanks, like every other body.
  select o.newest, ('{' || string_agg(to_json(o.key)::text || ':' || o.value::text, ',' order by o.key) || '}')::json as previous
  from oldest o
  group by o.newest
  -- What grows beyond the size of an event stays as it is.
  having sum(octet_length(o.key) + octet_length(o.value::text)) <= 262144
),
gone as (
  delete from webhooks_internal.queue q using older o
  where q.delivery_id = o.delivery_id and q.lease is null
    and (o.newest = any (array(select newest from merged)) or not exists (select from oldest where oldest.newest = o.newest))
  returning o.delivery_id, o.newest
),
ended as (
  update webhooks.webhook_deliveries d
  set status = 'cancelled', reason = 'superseded', next_attempt_at = null, completed_at = now(), updated_at = now()
  where d.id = any (array(select delivery_id from gone))
)
update webhooks.webhook_deliveries d
set previous = m.previous
from merged m
where d.id = m.newest and d.id = any (array(select newest from gone))
