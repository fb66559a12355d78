-- Bulk work by hand, done in the background a batch at a time: deliveries that have failed are retried, or events that a
-- webhook has not got are replayed. `after_*` is how far the last batch came: a process that dies leaves the rest to
-- whoever looks next.
create table webhooks.webhook_redeliveries (
  id uuid primary key default webhooks.uuid_v7(),
  organization_id uuid not null,
  webhook_id uuid not null,
  kind text not null check (kind in ('retry_failed', 'replay_events')),
  since timestamptz,
  until timestamptz not null,
  event text,
  status text not null default 'running' check (status in ('running', 'completed', 'cancelled')),
  -- Why it was cancelled.
  reason text,
  -- Null: there was too much to look through to count it beforehand.
  matched bigint,
  queued bigint not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  completed_at timestamptz,
  after_created_at timestamptz not null default '-infinity',
  after_id uuid not null default '00000000-0000-0000-0000-000000000000'
);

create index webhook_redeliveries_running on webhooks.webhook_redeliveries (webhook_id, created_at) where status = 'running';
create index webhook_redeliveries_webhook on webhooks.webhook_redeliveries (webhook_id, created_at desc);

comment on table webhooks.webhook_redeliveries is 'Bulk retries and replays, and how far they are';
comment on column webhooks.webhook_redeliveries.webhook_id is '@references webhooks.webhook_configurations(id)';

select webhooks_internal.separate_organizations('webhooks.webhook_redeliveries');
grant select (id, organization_id, webhook_id, kind, since, until, event, status, reason, matched, queued, created_at,
  updated_at, completed_at)
on webhooks.webhook_redeliveries to webhooks_service, webhooks_api;
