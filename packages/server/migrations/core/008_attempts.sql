-- Attempts: one row for each request, and the counts of them that charts are drawn from.

-- What follows from the event or from other columns is not stored again: the request body (only a test, which has no event,
-- has its own) and the headers that name event and attempt. Headers are `text`: the program writes valid JSON, and checking
-- it again took longer than storing it. See docs/adr/0011.
create table webhooks_internal.attempts (
  id uuid primary key,
  organization_id uuid not null,
  webhook_id uuid not null,
  delivery_id uuid not null,
  event_id uuid not null,
  event text not null,
  url text not null,
  status text not null check (status in ('success', 'failed')),
  attempt integer not null,
  trigger text not null check (trigger in ('event', 'retry', 'manual', 'test')),
  response_code integer,
  error_code text,
  error_message text,
  diagnosis text,
  duration_ms integer not null,
  -- Headers that do not follow from other columns: signatures, and the webhook's own with masked values. Null: nothing
  -- was sent.
  request_headers text,
  request_body text,
  response_headers text,
  response_body text,
  next_attempt_at timestamptz,
  created_at timestamptz not null
)
partition by range (id);

create index attempts_webhook on webhooks_internal.attempts (webhook_id, created_at desc, id);
create index attempts_delivery on webhooks_internal.attempts (delivery_id, attempt);
create index attempts_organization on webhooks_internal.attempts (organization_id, created_at desc);
-- Few attempts fail, and people search for those.
create index attempts_webhook_failed on webhooks_internal.attempts (webhook_id, created_at desc) where status = 'failed';
-- For webhooks.webhook_fault_counts.
create index attempts_faults on webhooks_internal.attempts (created_at desc)
  where error_code in ('not_sendable', 'not_recordable');

create table webhooks_internal.attempts_default partition of webhooks_internal.attempts default;
create index attempts_default_age on webhooks_internal.attempts_default (created_at);

-- The headers of a request as they were sent; src/sender/build-request.ts sends them.
create function webhooks_internal.request_headers(others text, event text, sent_at timestamptz, event_id uuid, delivery_id uuid,
  attempt integer) returns json
language sql stable parallel safe
as $$
  select case
    when others is null then '{}'
    else ('{"Content-Type":"application/json","X-Webhook-Event":' || to_json(event)::text
      || ',"X-Webhook-Timestamp":"' || to_char(sent_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
      || '","X-Webhook-Id":"' || event_id || '","X-Webhook-Delivery":"' || delivery_id
      || '","X-Webhook-Attempt":"' || attempt || '"' || case when others = '{}' then '}' else ',' || substr(others, 2) end)
  end::json
$$;

create view webhooks.webhook_logs with (security_invoker = true) as
select a.id, a.organization_id, a.webhook_id, a.delivery_id, a.event_id, a.event, a.url, a.status, a.attempt, a.trigger,
  a.response_code, a.error_code, a.error_message, a.diagnosis, a.duration_ms,
  webhooks_internal.request_headers(a.request_headers, a.event, a.created_at, a.event_id, a.delivery_id, a.attempt)
    as request_headers,
  coalesce(a.request_body, webhooks_internal.event_body(e.event, e.timestamp, e.data, e.previous)) as request_body,
  a.response_headers::json as response_headers, a.response_body, a.next_attempt_at, a.created_at
from webhooks_internal.attempts a
left join webhooks.webhook_events e on e.id = a.event_id and e.organization_id = a.organization_id;

comment on view webhooks.webhook_logs is 'Every request that was sent, or tried to be, and what came back';
comment on column webhooks.webhook_logs.id is '@primary';
comment on column webhooks.webhook_logs.webhook_id is '@references webhooks.webhook_configurations(id)';
comment on column webhooks.webhook_logs.delivery_id is '@references webhooks.webhook_deliveries(id)';
comment on column webhooks.webhook_logs.event_id is '@references webhooks.webhook_events(id) within organization_id';

-- Charts read roll-ups, a few rows however many attempts there are. The statement that logs an attempt counts it, exactly
-- once. It appends its counts to attempt_counts, where statements do not wait for each other; maintenance later adds them to
-- attempt_rollups, and readers add up both.

-- Latency in steps of 7 %: bucket b > 0 holds 2^((b - 1) / 10) ms up to 2^(b / 10) ms, bucket 0 less than 1 ms.
-- src/maintenance/rollups/stats.ts converts it back.
create function webhooks_internal.latency_bucket(ms integer) returns smallint
language sql immutable parallel safe
as $$
  select case when ms < 1 then 0 else least(1 + floor(10 * ln(ms::float8) / ln(2::float8)), 255) end::smallint
$$;

create table webhooks_internal.attempt_counts (
  organization_id uuid not null,
  webhook_id uuid not null,
  -- The start of five minutes.
  period timestamptz not null,
  -- `success` or the error code.
  outcome text not null,
  latency_bucket smallint not null,
  count integer not null
)
with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);

-- A publication for all tables refuses updates and deletes of a table without a replica identity. A primary key would cost
-- every statement that logs attempts an index; this costs them nothing.
alter table webhooks_internal.attempt_counts replica identity full;

create table webhooks_internal.attempt_rollups (
  organization_id uuid not null,
  -- All zeros: all webhooks of the organization together.
  webhook_id uuid not null,
  level text not null check (level in ('5m', '1h')),
  period timestamptz not null,
  outcome text not null,
  -- A histogram: the buckets that are not empty, ascending, and the number of attempts in each.
  latency_buckets smallint[] not null,
  counts integer[] not null,
  primary key (organization_id, webhook_id, level, period, outcome)
)
-- Space on the page for a row's next version: no indexed column ever changes.
with (fillfactor = 70);

create index attempt_rollups_age on webhooks_internal.attempt_rollups (level, period);

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

-- Partitions of today and tomorrow; once the program runs, src/maintenance/partitions.ts adds the next ones.
select webhooks_internal.add_partition(parent, (now() at time zone 'UTC')::date + day)
from unnest(array['webhooks.webhook_events', 'webhooks.webhook_deliveries', 'webhooks_internal.attempts']::regclass[]) as parent
cross join generate_series(0, 1) as day;
