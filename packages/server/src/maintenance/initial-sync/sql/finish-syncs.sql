-- Ends syncs that have read everything and of whose deliveries none is left, and those whose webhook is gone.
update webhooks.webhook_syncs s
set status = case when w.id is null then 'cancelled' else 'done' end,
  reason = case when w.id is null then 'webhook deleted' end
from webhooks.webhook_syncs o
left join webhooks.webhook_configurations w on w.id = o.webhook_id
where s.id = o.id and s.status in ('running', 'paused')
  and (
    w.id is null
    or s.status = 'running' and s.is_read and not exists (select from webhooks_internal.sync_deliveries d where d.sync_id = s.id)
  )
