-- In one order, so that two nodes that count the same webhooks wait for each other and never deadlock.
insert into webhooks.webhook_skips as s (organization_id, webhook_id, event, reason, day, count)
select n.organization_id, n.webhook_id, n.event, n.reason, (now() at time zone 'UTC')::date, n.count
from json_to_recordset(:skips::json) as n (organization_id uuid, webhook_id uuid, event text, reason text, count bigint)
order by n.webhook_id, n.event, n.reason
on conflict (webhook_id, day, event, reason) do update set count = s.count + excluded.count
