-- Claims due mails for two minutes. If the node dies meanwhile, another one sends them then.
with due as (
  select id from webhooks_internal.alert_mails
  where due_at <= now()
  order by due_at
  limit :limit
  for update skip locked
)
update webhooks_internal.alert_mails m
set due_at = now() + interval '2 minutes', attempts = m.attempts + 1
from due, webhooks.webhook_alerts a
where m.id = due.id and a.id = m.alert_id
returning m.id, m.recipient, m.locale, m.attempts, a.webhook_id, a.webhook_name, a.type, a.threshold, a.since, a.message,
  m.created_at < now() - interval '1 day' as "is_old!",
  (select t.error_code from webhooks_internal.attempts t
   where t.webhook_id = a.webhook_id and t.status = 'failed'
   order by t.created_at desc limit 1) as error_code
