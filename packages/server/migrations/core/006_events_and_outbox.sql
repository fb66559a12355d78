-- Events and the outbox. A trigger fills the outbox in the transaction that inserts the event, so no way of inserting an
-- event can forget it. Event and outbox row commit together: an event that is accepted is not lost.

create table webhooks.webhook_events (
  id uuid not null default webhooks.uuid_v7(),
  organization_id uuid not null,
  event text not null,
  -- `json` keeps the text as it was given, including key order and numbers; the request body contains it.
  data json not null,
  previous json,
  "timestamp" timestamptz not null default now(),
  source text not null default 'api',
  created_at timestamptz not null default now(),
  -- Which system made the change. The CRM sets it in its own transaction with `select set_config('webhooks.origin', …, true)`, and
  -- the API does the same; the default reads it, however the event is inserted. See `ignore_origins` of a webhook.
  origin text default left(nullif(current_setting('webhooks.origin', true), ''), 200),
  -- The trace that the event belongs to (W3C traceparent), set in the same way as `webhooks.traceparent`. An invalid value is
  -- ignored: it must not stop a change.
  traceparent text
    default substring(current_setting('webhooks.traceparent', true) from '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$'),
  -- An id belongs to its organization and does not collide with those of others. It comes first because an event's partition
  -- is that of its id.
  primary key (id, organization_id)
)
partition by range (id);

-- Includes the id because all events of one transaction have one `created_at`: paging through them must not sort.
create index webhook_events_organization on webhooks.webhook_events (organization_id, created_at desc, id desc);

create table webhooks_internal.webhook_events_default partition of webhooks.webhook_events default;
-- Rows of the default partition expire one by one.
create index webhook_events_default_age on webhooks_internal.webhook_events_default (created_at);

comment on table webhooks.webhook_events is 'What happened; inserting a row emits the event';

-- The request body. Only this function writes it, so every attempt sends the same bytes.
create function webhooks_internal.event_body(event text, happened_at timestamptz, data json, previous json) returns text
language sql stable parallel safe
as $$
  select '{"event":' || to_json(event)::text
    || ',"timestamp":"' || to_char(happened_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
    || '","data":' || data::text
    || coalesce(',"previous":' || previous::text, '')
    || '}'
$$;

-- Events that are not processed yet. A row stays, leased by a node, until all deliveries of its event are written.
create table webhooks_internal.outbox (
  id bigint generated always as identity primary key,
  event_id uuid not null,
  organization_id uuid not null,
  -- True: a dead node had leased the row, and some of the event's deliveries may be written. Otherwise null, which takes no space.
  is_retaken boolean
)
with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);

-- The outbox rows that each node has leased. One row for each node, because leasing and releasing rows one by one would cost
-- an update for each event. Ids of deleted rows do no harm.
create table webhooks_internal.outbox_leases (
  node_id uuid primary key,
  -- The fencing token: outcomes are written only while it is in place.
  lease uuid not null,
  events int8multirange not null default '{}'
)
with (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);

-- Keeps the lease until the end of the transaction: another node that takes it over waits.
create function webhooks_internal.hold_outbox_lease(node uuid, token uuid) returns void
language plpgsql
set search_path = pg_catalog
as $$
begin
  perform from webhooks_internal.outbox_leases l where l.node_id = node and l.lease = token for key share;
  if not found then
    raise exception 'the lease of the outbox was taken over' using errcode = 'WH001';
  end if;
end
$$;

-- NOTIFY holds a lock of the whole server from before the commit is flushed until after it, so transactions that notify
-- commit one at a time, in all databases. A transaction therefore notifies only if a relay sleeps.
-- See docs/adr/0018.

-- Until when an announced relay runs, and until when a relay has promised to poll: milliseconds since 1970 by the database's
-- clock. Sequences, because a sequence is one value that changes in place: every snapshot reads the newest, there are no
-- old versions to vacuum, no transaction id is used, and no lock is held until commit. Unlogged: after a crash or a
-- failover they are 0.
create unlogged sequence webhooks_internal.relay_listens_until as bigint minvalue 0 start 0;
create unlogged sequence webhooks_internal.relay_awake_until as bigint minvalue 0 start 0;

-- When a relay of any node last moved events or found the outbox empty: milliseconds since 1970; 0 if unknown.
create unlogged sequence webhooks_internal.relay_progressed_at as bigint minvalue 0 start 0;

-- Whether the transaction has to wake a relay. A time far ahead is from before the clock was set back and does not count.
-- False if transactions can be prepared (two-phase commit), because PREPARE TRANSACTION refuses transactions that notify.
-- In that case, and if a transaction commits long after this check, polling finds the events.
create function webhooks_internal.needs_wakeup() returns boolean
language plpgsql
as $$
declare
  asked_at constant bigint := extract(epoch from clock_timestamp()) * 1000;
  furthest constant bigint := asked_at + 60000;
begin
  -- An expression of function calls, because a query would take three times as long. A sequence that was never set is null.
  return current_setting('max_prepared_transactions') = '0'
    and coalesce(
      pg_sequence_last_value('webhooks_internal.relay_listens_until'::regclass) between asked_at and furthest, false)
    and not coalesce(
      pg_sequence_last_value('webhooks_internal.relay_awake_until'::regclass) between asked_at and furthest, false);
end
$$;

-- Raises the error of a CHECK constraint of that name. There are no such constraints, because PostgreSQL parses and plans them
-- again for every INSERT statement: that took a quarter of the time that capturing a row adds to a transaction of the CRM.
create function webhooks_internal.refuse_event(data json, previous json) returns uuid
language plpgsql
set search_path = pg_catalog
as $$
declare
  wrong constant text := case
    when json_typeof(data) <> 'object' then 'data'
    when json_typeof(previous) <> 'object' then 'previous'
    else 'timestamp'
  end;
begin
  raise check_violation using
    message = case wrong
      when 'timestamp' then 'timestamp must be between 1970-01-01 and 9999-12-31'
      else format('%s must be a JSON object, not %s', wrong, json_typeof(case wrong when 'data' then data else previous end))
    end,
    schema = 'webhooks', table = 'webhook_events', column = wrong,
    constraint = format('webhook_events_%s_check', wrong);
end
$$;

create function webhooks_internal.fill_outbox() returns trigger
language plpgsql security definer
set search_path = pg_catalog
as $$
begin
  insert into webhooks_internal.outbox (event_id, organization_id)
  select e.id,
    case
      when json_typeof(e.data) = 'object' and coalesce(json_typeof(e.previous), 'object') = 'object'
        and e.timestamp >= '1970-01-01' and e.timestamp < '10000-01-01'
      then e.organization_id
      else webhooks_internal.refuse_event(e.data, e.previous)
    end
  from new_events e;
  if found and webhooks_internal.needs_wakeup() then
    perform pg_notify('webhooks_outbox', '');
  end if;
  return null;
end
$$;

create trigger fill_outbox after insert on webhooks.webhook_events
referencing new table as new_events
for each statement execute function webhooks_internal.fill_outbox();
