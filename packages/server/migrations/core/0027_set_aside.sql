-- A delivery that has been sent, whose outcome cannot be stored and whose row cannot leave the queue, would come due again without end.
-- Its row is given a time that never comes (src/pipeline/record/sql/set-aside.sql).
create function webhooks_internal.never_due() returns timestamptz
language sql immutable parallel safe
set search_path = pg_catalog
as $$ select '9999-12-31 00:00:00+00'::timestamptz $$;

revoke execute on function webhooks_internal.never_due() from public;

create index queue_set_aside on webhooks_internal.queue (delivery_id)
  where due_at = '9999-12-31 00:00:00+00'::timestamptz;

-- What is set aside waits for nothing.
create or replace view webhooks.webhook_queues with (security_invoker = true) as
select c.id as webhook_id, c.organization_id,
  (select count(*) from webhooks_internal.queue q where q.webhook_id = c.id and q.due_at < '9999-12-31 00:00:00+00'::timestamptz) as waiting,
  (select min(q.due_at) from webhooks_internal.queue q where q.webhook_id = c.id and q.due_at < '9999-12-31 00:00:00+00'::timestamptz) as due_at
from webhooks.webhook_configurations c;
