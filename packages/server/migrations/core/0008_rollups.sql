-- Attempts counted, so that a chart is read from a few rows however many attempts there were. Every attempt is counted in
-- the statement that logs it, whichever that is: once, or not at all when it was logged already. The counts of a statement
-- are appended, which no other statement waits for, and folded into the roll-ups later; whoever reads adds up both.

-- Latency in steps of 7 %: bucket b > 0 holds 2^((b - 1) / 10) ms up to 2^(b / 10) ms, bucket 0 less than 1 ms.
-- src/maintenance/rollups/stats.ts turns it back.
create function webhooks_internal.latency_bucket(ms integer) returns smallint
language sql immutable parallel safe
as $$
  select case when ms < 1 then 0 else least(1 + floor(10 * ln(ms::float8) / ln(2::float8)), 255) end::smallint
$$;

create table webhooks_internal.attempt_counts (
  organization_id uuid not null,
  webhook_id uuid not null,
  -- The beginning of its five minutes.
  period timestamptz not null,
  -- `success` or the error code.
  outcome text not null,
  latency_bucket smallint not null,
  count integer not null
)
with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);

create table webhooks_internal.attempt_rollups (
  organization_id uuid not null,
  -- All zeros: all webhooks of the organization together.
  webhook_id uuid not null,
  level text not null check (level in ('5m', '1h')),
  period timestamptz not null,
  outcome text not null,
  -- A histogram: the buckets that are not empty, ascending, and how many attempts are in each.
  latency_buckets smallint[] not null,
  counts integer[] not null,
  primary key (organization_id, webhook_id, level, period, outcome)
)
-- Room on the page for the new version of a row: none of the indexed columns ever changes.
with (fillfactor = 70);

create index attempt_rollups_age on webhooks_internal.attempt_rollups (level, period);

alter table webhooks.webhook_configurations
add constraint webhook_configurations_id_check check (id <> '00000000-0000-0000-0000-000000000000');

create function webhooks_internal.count_attempts() returns trigger
language plpgsql security definer
set search_path = pg_catalog
as $$
begin
  insert into webhooks_internal.attempt_counts (organization_id, webhook_id, period, outcome, latency_bucket, count)
  select organization_id, webhook_id, date_bin('5 minutes', created_at, 'epoch'),
    case when status = 'success' then 'success' else coalesce(error_code, 'unknown') end,
    webhooks_internal.latency_bucket(duration_ms), count(*)
  from logged
  group by 1, 2, 3, 4, 5;
  return null;
end
$$;

create trigger count_attempts after insert on webhooks_internal.attempts
referencing new table as logged
for each statement execute function webhooks_internal.count_attempts();

select webhooks_internal.separate_organizations('webhooks_internal.attempt_counts', 'webhooks_internal.attempt_rollups');

grant select on webhooks_internal.attempt_counts, webhooks_internal.attempt_rollups to webhooks_service, webhooks_api;
