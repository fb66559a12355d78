-- An event's id belongs to its organization: what one organization calls its events collides with nothing of another's. The id
-- stays first in the key, because an event's partition is that of its id.
alter table webhooks.webhook_events drop constraint webhook_events_pkey;

-- Of large partitions the index has been built already, beside whoever works: src/database/build-event-keys.ts.
do $$
declare
  partition_name text;
begin
  for partition_name in
    select c.relname
    from pg_inherits i
    join pg_class c on c.oid = i.inhrelid
    join pg_class built on built.relnamespace = c.relnamespace and built.relname = c.relname || '_event_key'
    join pg_index k on k.indexrelid = built.oid and k.indrelid = c.oid and k.indisvalid
    where i.inhparent = 'webhooks.webhook_events'::regclass
  loop
    execute format('alter table webhooks_internal.%I add constraint %I primary key using index %I',
      partition_name, partition_name || '_pkey', partition_name || '_event_key');
  end loop;
end
$$;

alter table webhooks.webhook_events add primary key (id, organization_id);

alter table webhooks_internal.outbox add column organization_id uuid;
update webhooks_internal.outbox o set organization_id = e.organization_id
from webhooks.webhook_events e
where e.id = o.event_id;
-- Of events that are gone nothing is to be done.
delete from webhooks_internal.outbox where organization_id is null;
alter table webhooks_internal.outbox alter column organization_id set not null;

create or replace function webhooks_internal.fill_outbox() returns trigger
language plpgsql security definer
set search_path = pg_catalog
as $$
begin
  insert into webhooks_internal.outbox (event_id, organization_id) select id, organization_id from new_events;
  if found and webhooks_internal.needs_wakeup() then
    perform pg_notify('webhooks_outbox', '');
  end if;
  return null;
end
$$;

create or replace view webhooks.webhook_logs with (security_invoker = true) as
select a.id, a.organization_id, a.webhook_id, a.delivery_id, a.event_id, a.event, a.url, a.status, a.attempt, a.trigger,
  a.response_code, a.error_code, a.error_message, a.diagnosis, a.duration_ms,
  webhooks_internal.request_headers(a.request_headers, a.event, a.created_at, a.event_id, a.delivery_id, a.attempt)
    as request_headers,
  coalesce(a.request_body, webhooks_internal.event_body(e.event, e.timestamp, e.data, e.previous)) as request_body,
  a.response_headers::json as response_headers, a.response_body, a.next_attempt_at, a.created_at
from webhooks_internal.attempts a
left join webhooks.webhook_events e on e.id = a.event_id and e.organization_id = a.organization_id;

-- `within`: a column of the same name on both sides that has to be equal too.
comment on column webhooks.webhook_deliveries.event_id is '@references webhooks.webhook_events(id) within organization_id';
comment on column webhooks.webhook_logs.event_id is '@references webhooks.webhook_events(id) within organization_id';

-- Message ids of two organizations may be the same where they are numbers. The default is for captures that were installed before
-- this column was there: they go on as they did until they are installed anew.
alter table webhooks_internal.reached_statuses
  add column organization_id uuid not null default '00000000-0000-0000-0000-000000000000',
  drop constraint reached_statuses_pkey,
  add primary key (organization_id, record_id, event);

insert into webhooks_internal.reached_statuses (organization_id, record_id, event, reached_at)
select d.organization_id, r.record_id, r.event, min(r.reached_at)
-- As many as can be looked up while nobody waits for it: a message reaches its statuses within hours.
from (select * from webhooks_internal.reached_statuses order by reached_at desc limit 10000) r
join webhooks.webhook_deliveries d on d.record_id = r.record_id and d.event = r.event
group by d.organization_id, r.record_id, r.event
on conflict do nothing;
