-- Raises each alert once in its window; the alert for exhausted deliveries counts them. `webhook.recovered` is raised only after
-- `webhook.failing`. Times are milliseconds since the epoch.
insert into webhooks.webhook_alerts as a (organization_id, webhook_id, webhook_name, type, threshold, since, count, message)
select w.organization_id, w.id, w.name, r.type, r.threshold,
  coalesce(to_timestamp(r.since / 1000), date_trunc('hour', now())), r.count, r.message
from json_to_recordset(:alerts::json)
  as r (webhook_id uuid, type text, threshold integer, since double precision, count integer, message text)
join webhooks.webhook_configurations w on w.id = r.webhook_id
where r.type <> 'webhook.recovered' or exists (
  select from webhooks.webhook_alerts f
  where f.webhook_id = w.id and f.type = 'webhook.failing' and f.since = to_timestamp(r.since / 1000))
on conflict (webhook_id, type, since, threshold) do update set count = a.count + excluded.count
where a.type = 'delivery.exhausted'
