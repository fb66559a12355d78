-- Erasing what the log holds about a person's record, in the background and a batch at a time; docs/privacy.md says what goes.
create table webhooks.webhook_erasures (
  id uuid primary key default webhooks.uuid_v7(),
  organization_id uuid not null,
  record_id text not null,
  object text,
  status text not null default 'running' check (status in ('running', 'completed')),
  -- What was erased so far, in rows.
  events bigint not null default 0,
  deliveries bigint not null default 0,
  others bigint not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  completed_at timestamptz,
  -- How far it is: a process that dies leaves the rest to whoever looks next.
  phase text not null default 'events' check (phase in ('events', 'tests', 'rest')),
  until timestamptz not null default clock_timestamp(),
  after_created_at timestamptz not null default '-infinity',
  after_id uuid not null default '00000000-0000-0000-0000-000000000000',
  -- Conversations with the person, found on the way.
  related_ids text[] not null default '{}',
  -- What else tells of the person where no id stands: addresses, numbers. Emptied at the end.
  terms text[] not null default '{}'
);

create index webhook_erasures_running on webhooks.webhook_erasures (updated_at) where status = 'running';
create index webhook_erasures_organization on webhooks.webhook_erasures (organization_id, created_at desc);

comment on table webhooks.webhook_erasures is 'Records whose data is erased from events, deliveries and logs, and how far that is';

create function webhooks_internal.mentions(content text, words text[]) returns boolean
language sql immutable parallel safe
as $$
  select exists (select from unnest(words) as word where position(word in content) > 0)
$$;

create trigger audit after insert on webhooks.webhook_erasures
for each row execute function webhooks_internal.audit('erasure', '{terms}',
  '{status,events,deliveries,others,created_at,updated_at,completed_at,phase,until,after_created_at,after_id,related_ids}');

select webhooks_internal.separate_organizations('webhooks.webhook_erasures');
grant select (id, organization_id, record_id, object, status, events, deliveries, others, created_at, updated_at, completed_at)
on webhooks.webhook_erasures to webhooks_service, webhooks_api;

select webhooks_internal.grant_scopes();
