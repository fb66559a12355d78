-- Matching that read a webhook as active may commit after the webhook was disabled and its deliveries were cancelled. Such
-- deliveries are never claimed: this finds them and has them cancelled.
insert into webhooks_internal.cancellations (webhook_id, reason)
select w.webhook_id, case when c.id is null then 'webhook deleted' else 'webhook disabled' end
from webhooks_internal.queued_webhooks w
left join webhooks.webhook_configurations c on c.id = w.webhook_id
where c.is_active is not true
  and not exists (select from webhooks_internal.cancellations x where x.webhook_id = w.webhook_id)
