-- Webhooks: which events of an organization go to which endpoint.

-- Constraints named `…_length` bound every text of this table and of others that are written occasionally. Tables that are
-- written for each event have none: the program bounds their texts, and test/text-bounds.test.ts proves it.
create table webhooks.webhook_configurations (
  -- All zeros stand for all webhooks in webhooks_internal.attempt_rollups.
  id uuid primary key default webhooks.uuid_v7() check (id <> '00000000-0000-0000-0000-000000000000'),
  organization_id uuid not null,
  name text not null check (name <> '') constraint name_length check (length(name) <= 200),
  url text not null check (url ~* '^https?://') constraint url_length check (length(url) <= 2048),
  -- Exact event types and wildcards: `deal.*`, `*`.
  events text[] not null check (cardinality(events) > 0)
    constraint events_length check (length(array_to_string(events, ',')) <= 20000),
  is_active boolean not null default true,
  -- Encrypted with AES-256-GCM and bound to `id`. The check keeps a plain secret from being stored.
  secret text check (secret like 'v1.%') constraint secret_length check (length(secret) <= 2000),
  -- Also signs until `previous_secret_until`, so that the receiver can switch whenever it suits.
  previous_secret text check (previous_secret like 'v1.%')
    constraint previous_secret_length check (length(previous_secret) <= 2000),
  previous_secret_until timestamptz,
  has_secret boolean not null generated always as (secret is not null) stored,
  secret_hint text constraint secret_hint_length check (length(secret_hint) <= 100),
  description text constraint description_length check (length(description) <= 2000),
  -- A MongoDB query over event, data and previous; see src/domain/filter/filter.ts.
  filter jsonb check (jsonb_typeof(filter) = 'object'),
  -- The names with masked values; `sealed_headers` has the values, encrypted like `secret`. The bounds fit 20 names of
  -- 128 characters with values of 4,096.
  headers jsonb not null default '{}' constraint headers_length check (octet_length(headers::text) <= 10000),
  sealed_headers text check (sealed_headers like 'v1.%')
    constraint sealed_headers_length check (length(sealed_headers) <= 262144),
  timeout_ms integer check (timeout_ms between 100 and 60000),
  max_in_flight integer check (max_in_flight between 1 and 1000),
  -- Set if the system disabled the webhook, null if a person did.
  disabled_reason text constraint disabled_reason_length check (length(disabled_reason) <= 2000),
  disabled_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rate_limit integer check (rate_limit between 1 and 10000),
  -- What the API shows of the circuit breaker; 009_endpoint_health.sql has the rest.
  health text not null default 'healthy' check (health in ('healthy', 'degraded', 'held')),
  health_since timestamptz not null default now(),
  health_reason text constraint health_reason_length check (length(health_reason) <= 2000),
  -- When the endpoint's last known certificate expires; null if none was seen.
  certificate_expires_at timestamptz,
  -- On hold or draining: deliveries go through the queue and are never sent directly.
  is_parked boolean not null default false,
  -- An endpoint that was on hold responds again and gets its waiting deliveries.
  is_recovering boolean not null generated always as (health = 'degraded' and is_parked) stored,
  -- The webhook gets no events of these origins, so that two systems that update each other do not echo changes forever.
  ignore_origins text[] not null default '{}'
    constraint ignore_origins_length check (length(array_to_string(ignore_origins, ',')) <= 5000),
  -- Fields that are removed from the bodies that the endpoint gets, and so from the log.
  redact text[] not null default '{}' constraint redact_length check (length(array_to_string(redact, ',')) <= 20000)
);

create index webhook_configurations_organization on webhooks.webhook_configurations (organization_id, created_at);

comment on table webhooks.webhook_configurations is 'Where an organization wants which events';

-- What sending needs to know about a webhook.
create view webhooks_internal.targets as
select id as webhook_id, organization_id, events, is_active, filter, url, secret,
  case when previous_secret_until > now() then previous_secret end as previous_secret, previous_secret_until,
  sealed_headers, timeout_ms, max_in_flight,
  health = 'healthy' as is_healthy, health = 'held' as is_held, is_parked or rate_limit is not null as is_parked, rate_limit,
  -- Null: nothing is removed.
  ignore_origins, nullif(redact, '{}') as redact
from webhooks.webhook_configurations;

-- What the system notes about health and certificate does not change the configuration.
create trigger touch_updated_at before update on webhooks.webhook_configurations
for each row when (
  (new.health, new.health_since, new.health_reason, new.is_parked, new.certificate_expires_at)
    is not distinct from (old.health, old.health_since, old.health_reason, old.is_parked, old.certificate_expires_at)
  or new.url <> old.url or new.is_active <> old.is_active
)
execute function webhooks_internal.touch_updated_at();

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

-- An organization's webhook id never passes to another organization, even after the webhook is deleted: queued deliveries
-- refer to it. The error is the one for an id that is in use, so that it does not reveal more.
create function webhooks_internal.keep_webhook_ids() returns trigger
language plpgsql security definer
set search_path = pg_catalog
as $$
begin
  -- All deliveries of one webhook belong to one organization.
  if new.organization_id <> (select d.organization_id from webhooks.webhook_deliveries d where d.webhook_id = new.id limit 1) then
    raise unique_violation using
      message = 'duplicate key value violates unique constraint "webhook_configurations_pkey"',
      table = tg_table_name, schema = tg_table_schema, constraint = 'webhook_configurations_pkey';
  end if;
  return new;
end
$$;

create trigger keep_webhook_ids before insert on webhooks.webhook_configurations
for each row execute function webhooks_internal.keep_webhook_ids();

-- Counts an organization's changes to its webhooks, in the transaction that makes them. Matching reads this number for each
-- batch, and the webhooks only when the number has changed.
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

-- Webhooks that were disabled or deleted and whose pending deliveries are still to be cancelled. There may be many, so this
-- is done in batches, after the statement that disabled the webhook has returned.
create table webhooks_internal.cancellations (
  webhook_id uuid not null,
  reason text not null constraint reason_length check (length(reason) <= 2100),
  -- Later deliveries belong to a webhook that was enabled again.
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
  elsif (old.health, old.health_since, old.health_reason, old.certificate_expires_at)
      is distinct from (new.health, new.health_since, new.health_reason, new.certificate_expires_at)
    and new.url = old.url and new.is_active and new.is_parked <= old.is_parked then
    -- Written by the system; no node has to release deliveries that wait in its memory.
    return null;
  end if;
  perform pg_notify('webhooks_changed', old.id::text);
  return null;
end
$$;

create trigger announce_change after update or delete on webhooks.webhook_configurations
for each row execute function webhooks_internal.on_webhook_change();
