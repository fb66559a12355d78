-- Initial sync: a webhook gets the records that exist, in pages, between the events of the changes that happen meanwhile.

create table webhooks.webhook_syncs (
  id uuid primary key default webhooks.uuid_v7(),
  organization_id uuid not null,
  webhook_id uuid not null,
  record text not null check (record in ('contact', 'deal', 'conversation', 'message', 'meeting')),
  -- Beside the webhook's own filter.
  filter jsonb check (jsonb_typeof(filter) = 'object'),
  -- Only records that changed since then.
  since timestamptz,
  status text not null default 'running' check (status in ('running', 'paused', 'done', 'cancelled')),
  -- Why it was paused or cancelled; null: a person did it.
  reason text constraint reason_length check (length(reason) <= 1000),
  -- Null: there were too many records to count in advance.
  matched bigint,
  -- Records whose delivery ended, by its outcome. A record that cannot be read counts as failed.
  sent bigint not null default 0,
  failed bigint not null default 0,
  started_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  finished_at timestamptz,
  -- Progress. The last event of the outbox when the sync began: until it and all before it have left, no record is read.
  begins_after bigint,
  -- The last row read: the table's capture, and the row's key.
  after_capture text not null default '' constraint after_capture_length check (length(after_capture) <= 200),
  after_key text[] not null default '{}' constraint after_key_length check (length(array_to_string(after_key, ',')) <= 10000),
  -- Whether all rows were read.
  is_read boolean not null default false,
  check ((finished_at is null) = (status in ('running', 'paused')))
)
with (fillfactor = 50);

create unique index webhook_syncs_open on webhooks.webhook_syncs (webhook_id, record) where status in ('running', 'paused');
create index webhook_syncs_webhook on webhooks.webhook_syncs (webhook_id, started_at desc);
create index webhook_syncs_organization on webhooks.webhook_syncs (organization_id, started_at desc);

comment on table webhooks.webhook_syncs is 'Records that exist, on their way to a webhook, and the progress';
comment on column webhooks.webhook_syncs.webhook_id is '@references webhooks.webhook_configurations(id)';
comment on column webhooks.webhook_syncs.status is 'Can be changed to paused, running and cancelled';
comment on column webhooks.webhook_syncs.reason is 'Why the system paused or cancelled it; null if a person did @message';
comment on column webhooks.webhook_syncs.matched is 'Records to send; null: too many to count in advance';

-- The deliveries of a sync that have not ended.
create table webhooks_internal.sync_deliveries (
  delivery_id uuid primary key,
  sync_id uuid not null
);
create index sync_deliveries_sync on webhooks_internal.sync_deliveries (sync_id);

alter table webhooks_internal.queue
  drop constraint queue_trigger_check,
  add constraint queue_trigger_check check (trigger in ('manual', 'replay', 'sync')) not valid;
alter table webhooks_internal.attempts
  drop constraint attempts_trigger_check,
  add constraint attempts_trigger_check check (trigger in ('event', 'retry', 'manual', 'replay', 'sync', 'test')) not valid;

-- While a sync runs, too: a change must neither overtake an older state of the record nor be overtaken by it.
create or replace function webhooks_internal.has_order(webhook uuid, ordering text) returns boolean
language sql stable
as $$
  select ordering = 'record' or exists (
    select from webhooks.webhook_syncs s where s.webhook_id = webhook and s.status in ('running', 'paused'))
$$;

create function webhooks_internal.follow_sync() returns trigger
language plpgsql security definer
set search_path = pg_catalog
as $$
declare
  sync webhooks.webhook_syncs := case when tg_op = 'DELETE' then old else new end;
begin
  -- Every webhook has counted one change at least; the organization may be on its way out.
  update webhooks_internal.subscription_versions v
  set version = v.version + 1
  where v.organization_id = sync.organization_id;
  perform webhooks_internal.note_order(array[sync.organization_id]);
  -- Deliveries in the memory of nodes go back to the queue.
  perform pg_notify('webhooks_changed', sync.webhook_id::text);
  perform pg_notify('webhooks_syncs', '');
  return null;
end
$$;

create trigger follow_start after insert or delete on webhooks.webhook_syncs
for each row execute function webhooks_internal.follow_sync();
create trigger follow_change after update on webhooks.webhook_syncs
for each row when (new.status <> old.status)
execute function webhooks_internal.follow_sync();

create function webhooks_internal.end_sync() returns trigger
language plpgsql
set search_path = pg_catalog
as $$
begin
  new.updated_at := now();
  if new.status in ('done', 'cancelled') then
    new.finished_at := coalesce(new.finished_at, now());
  end if;
  if new.status = 'running' then
    new.reason := null;
  end if;
  return new;
end
$$;

create trigger end_sync before update on webhooks.webhook_syncs
for each row when (new.status <> old.status)
execute function webhooks_internal.end_sync();

-- Starts, and what a person does with it.
create trigger audit after insert on webhooks.webhook_syncs
for each row execute function webhooks_internal.audit('sync', '{}',
  '{status,sent,failed,started_at,updated_at,begins_after,after_capture,after_key,is_read}');
create trigger audit_change after update of status on webhooks.webhook_syncs
for each row when (new.status <> old.status and new.status <> 'done' and new.reason is null)
execute function webhooks_internal.audit('sync', '{}',
  '{sent,failed,reason,started_at,updated_at,finished_at,begins_after,after_capture,after_key,is_read}');

select webhooks_internal.separate_organizations('webhooks.webhook_syncs');

grant select (id, organization_id, webhook_id, record, filter, since, status, reason, matched, sent, failed, started_at, updated_at,
  finished_at), update (status)
on webhooks.webhook_syncs to webhooks_service, webhooks_api;

select webhooks_internal.grant_scopes();
