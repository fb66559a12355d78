-- Bulk retries, replays and erasures. They run in the background, in batches, and store their progress: if a process dies,
-- the next one continues there.

-- A bulk retry retries failed deliveries; a replay sends events that did not reach the webhook.
create table webhooks.webhook_redeliveries (
  id uuid primary key default webhooks.uuid_v7(),
  organization_id uuid not null,
  webhook_id uuid not null,
  kind text not null check (kind in ('retry_failed', 'replay_events')),
  since timestamptz,
  until timestamptz not null,
  event text constraint event_length check (length(event) <= 100),
  status text not null default 'running' check (status in ('running', 'completed', 'cancelled')),
  -- Why it was cancelled.
  reason text constraint reason_length check (length(reason) <= 1000),
  -- Null: there were too many rows to count in advance.
  matched bigint,
  queued bigint not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  completed_at timestamptz,
  -- Progress: the last row of the last batch.
  after_created_at timestamptz not null default '-infinity',
  after_id uuid not null default '00000000-0000-0000-0000-000000000000',
  -- Rows that could not be processed; the rest is unaffected.
  failed bigint not null default 0
);

create index webhook_redeliveries_running on webhooks.webhook_redeliveries (webhook_id, created_at) where status = 'running';
create index webhook_redeliveries_webhook on webhooks.webhook_redeliveries (webhook_id, created_at desc);

comment on table webhooks.webhook_redeliveries is 'Bulk retries and replays, and their progress';
comment on column webhooks.webhook_redeliveries.webhook_id is '@references webhooks.webhook_configurations(id)';

-- Erases what the log holds about a person's record; docs/privacy.md says what is erased.
create table webhooks.webhook_erasures (
  id uuid primary key default webhooks.uuid_v7(),
  organization_id uuid not null,
  record_id text not null constraint record_id_length check (length(record_id) <= 200),
  object text constraint object_length check (length(object) <= 50),
  status text not null default 'running' check (status in ('running', 'completed', 'failed')),
  -- Rows erased so far.
  events bigint not null default 0,
  deliveries bigint not null default 0,
  others bigint not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  completed_at timestamptz,
  -- Progress: the last row of the last batch.
  phase text not null default 'events' check (phase in ('events', 'tests', 'rest')),
  until timestamptz not null default clock_timestamp(),
  after_created_at timestamptz not null default '-infinity',
  after_id uuid not null default '00000000-0000-0000-0000-000000000000',
  -- Conversations with the person that earlier batches found.
  related_ids text[] not null default '{}',
  -- What identifies the person where there is no id: addresses, numbers. Emptied at the end.
  terms text[] not null default '{}',
  -- Rows that could not be erased, and why the erasure failed.
  failed bigint not null default 0,
  reason text constraint reason_length check (length(reason) <= 1000)
);

create index webhook_erasures_running on webhooks.webhook_erasures (updated_at) where status = 'running';
create index webhook_erasures_organization on webhooks.webhook_erasures (organization_id, created_at desc);

comment on table webhooks.webhook_erasures is 'Records whose data is erased from events, deliveries and logs, and the progress';

create function webhooks_internal.mentions(content text, words text[]) returns boolean
language sql immutable parallel safe
as $$
  select exists (select from unnest(words) as word where position(word in content) > 0)
$$;
