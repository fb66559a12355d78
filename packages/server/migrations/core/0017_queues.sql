-- How much is left to do for each webhook, counted where it stands: in the queue. Among all that a webhook was ever sent one would look
-- long for the little that still waits.
create view webhooks.webhook_queues with (security_invoker = true) as
select c.id as webhook_id, c.organization_id,
  (select count(*) from webhooks_internal.queue q where q.webhook_id = c.id) as waiting,
  (select min(q.due_at) from webhooks_internal.queue q where q.webhook_id = c.id) as due_at
from webhooks.webhook_configurations c;

comment on view webhooks.webhook_queues is 'How many deliveries of a webhook are still to be sent, and when the first is due';
comment on column webhooks.webhook_queues.webhook_id is '@primary @references webhooks.webhook_configurations(id)';

grant select (webhook_id, due_at) on webhooks_internal.queue to webhooks_service, webhooks_api;
grant select on webhooks.webhook_queues to webhooks_service, webhooks_api;

select webhooks_internal.grant_scopes();
