-- The running sync that was served longest ago, of an enabled webhook, with room for more deliveries. :window: deliveries that wait for
-- their first attempt; :max_open: deliveries that have not ended.
select s.id, s.organization_id, s.webhook_id, s.record, s.filter::text as filter, s.since::text as since, s.begins_after,
  s.after_capture, s.after_key, room.waiting as "waiting!"
from webhooks.webhook_syncs s
join webhooks.webhook_configurations w on w.id = s.webhook_id and w.is_active
cross join lateral (
  select count(*) filter (where d.status = 'pending')::integer as waiting, count(*) as open
  from webhooks_internal.sync_deliveries o
  join webhooks.webhook_deliveries d on d.id = o.delivery_id
  where o.sync_id = s.id
) as room
where s.status = 'running' and not s.is_read and room.waiting < :window::integer and room.open < :max_open::integer
  and not exists (select from webhooks_internal.cancellations x where x.webhook_id = s.webhook_id)
order by s.updated_at
limit 1
