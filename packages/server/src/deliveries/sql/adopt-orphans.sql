-- A fan-out that read a webhook as active may commit after the webhook was switched off and swept. Such deliveries are
-- never claimed: here they are found and handed to the sweep. Steps through the index like claim-due.
with recursive waiting as (
  (select q.webhook_id from webhooks_internal.queue q order by q.webhook_id limit 1)
  union all
  select (
    select q.webhook_id from webhooks_internal.queue q where q.webhook_id > w.webhook_id order by q.webhook_id limit 1
  )
  from waiting w
  where w.webhook_id is not null
)
insert into webhooks_internal.cancellations (webhook_id, reason)
select w.webhook_id, case when c.id is null then 'webhook deleted' else 'webhook switched off' end
from waiting w
left join webhooks.webhook_configurations c on c.id = w.webhook_id
where w.webhook_id is not null and c.is_active is not true
  and not exists (select from webhooks_internal.cancellations x where x.webhook_id = w.webhook_id)
