-- The configuration: where an organization wants which events.

create table webhooks.webhook_configurations (
  id uuid primary key default webhooks.uuid_v7(),
  organization_id uuid not null,
  name text not null check (name <> ''),
  url text not null check (url ~* '^https?://'),
  -- Exact event types and wildcards: `deal.*`, `*`.
  events text[] not null check (cardinality(events) > 0),
  is_active boolean not null default true,
  -- AES-256-GCM, bound to `id`; the check keeps a plain secret from ever being stored.
  secret text check (secret like 'v1.%'),
  -- Signs as well until its end, so that a receiver can change over in its own time.
  previous_secret text check (previous_secret like 'v1.%'),
  previous_secret_until timestamptz,
  has_secret boolean not null generated always as (secret is not null) stored,
  secret_hint text,
  description text,
  -- A MongoDB query over event, data and previous; see src/domain/filter/filter.ts.
  filter jsonb check (jsonb_typeof(filter) = 'object'),
  -- `headers` shows the names with masked values; the values are in `sealed_headers`, encrypted like `secret`.
  headers jsonb not null default '{}',
  sealed_headers text check (sealed_headers like 'v1.%'),
  timeout_ms integer check (timeout_ms between 100 and 60000),
  max_in_flight integer check (max_in_flight between 1 and 1000),
  disabled_reason text,
  disabled_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create index webhook_configurations_organization on webhooks.webhook_configurations (organization_id, created_at);

create trigger touch_updated_at before update on webhooks.webhook_configurations
for each row execute function webhooks_internal.touch_updated_at();

comment on table webhooks.webhook_configurations is 'Where an organization wants which events';

create table webhooks.webhook_event_types (
  name text primary key,
  category text not null,
  description text not null,
  schema jsonb,
  example jsonb not null
);

comment on table webhooks.webhook_event_types is 'What can be subscribed to';

-- Work left by a webhook that was switched off or deleted: its pending deliveries, which may be many, are cancelled
-- in batches after the statement that switched it off has long been answered.
create table webhooks_internal.cancellations (
  webhook_id uuid not null,
  reason text not null,
  -- Deliveries made later belong to a webhook that was switched on again.
  made_before timestamptz not null default clock_timestamp(),
  primary key (webhook_id, made_before)
);

create function webhooks_internal.on_webhook_change() returns trigger
language plpgsql security definer
set search_path = pg_catalog
as $$
begin
  if tg_op = 'DELETE' then
    insert into webhooks_internal.cancellations (webhook_id, reason) values (old.id, 'webhook deleted');
  elsif old.is_active and not new.is_active then
    insert into webhooks_internal.cancellations (webhook_id, reason)
    values (new.id, coalesce('webhook disabled: ' || new.disabled_reason, 'webhook disabled'));
  end if;
  perform pg_notify('webhooks_changed', old.id::text);
  return null;
end
$$;

create trigger announce_change after update or delete on webhooks.webhook_configurations
for each row execute function webhooks_internal.on_webhook_change();

-- Counts what changes among an organization's webhooks, in the transaction that changes it. A fan-out asks for this number
-- and reads the webhooks themselves only when it is another one than last time.
create table webhooks_internal.subscription_versions (
  organization_id uuid primary key,
  version bigint not null
)
with (fillfactor = 50);

create function webhooks_internal.count_subscription_change() returns trigger
language plpgsql security definer
set search_path = pg_catalog
as $$
begin
  insert into webhooks_internal.subscription_versions as v (organization_id, version)
  select distinct organization_id, 1 from changed order by organization_id
  on conflict (organization_id) do update set version = v.version + 1;
  return null;
end
$$;

create trigger count_inserts after insert on webhooks.webhook_configurations referencing new table as changed
for each statement execute function webhooks_internal.count_subscription_change();
create trigger count_updates after update on webhooks.webhook_configurations referencing new table as changed
for each statement execute function webhooks_internal.count_subscription_change();
create trigger count_deletes after delete on webhooks.webhook_configurations referencing old table as changed
for each statement execute function webhooks_internal.count_subscription_change();

create function webhooks_internal.clear_disabled_reason() returns trigger
language plpgsql
set search_path = pg_catalog
as $$
begin
  new.disabled_reason := null;
  new.disabled_at := null;
  return new;
end
$$;

create trigger clear_disabled_reason before update on webhooks.webhook_configurations
for each row when (new.is_active and not old.is_active)
execute function webhooks_internal.clear_disabled_reason();

-- What sending needs of a webhook. A secret that was replaced is there until its end.
create view webhooks_internal.targets as
select id as webhook_id, organization_id, events, is_active, filter, url, secret,
  case when previous_secret_until > now() then previous_secret end as previous_secret, previous_secret_until,
  sealed_headers, timeout_ms, max_in_flight
from webhooks.webhook_configurations;
