-- Events and the outbox. The trigger makes the two one: no way of inserting an event can forget the outbox.

-- What grows without end is kept in one partition a day and dropped by the day. A row's day is that of its id, which is a
-- UUIDv7 and begins with the time: so the id alone is the key, and leads to its partition without looking at the others.
-- Ids of another kind, which callers may give to their events, and days that have no partition go to the default one.

-- The lowest UUIDv7 of a UTC day.
create function webhooks_internal.lowest_id(day date) returns uuid
language sql immutable parallel safe
as $$
  select (lpad(to_hex((extract(epoch from day::timestamp) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
$$;

-- Gives a day its partition; false when it has one. More rows of that day than can be moved at once, in the default
-- partition, stay there: the day then has none.
create function webhooks_internal.add_partition(parent regclass, day date) returns boolean
language plpgsql
as $$
declare
  partition_name text := (select relname from pg_class where oid = parent) || '_' || to_char(day, 'YYYYMMDD');
  rest regclass := (select partdefid from pg_partitioned_table where partrelid = parent);
  lowest uuid := webhooks_internal.lowest_id(day);
  beyond uuid := webhooks_internal.lowest_id(day + 1);
  -- Room on the page for the new version of a row: none of the indexed columns of a delivery ever changes, so no index is
  -- touched when its one and usual change, the result, is recorded.
  storage text := case when parent = 'webhooks.webhook_deliveries'::regclass then 'with (fillfactor = 50)' else '' end;
  most constant integer := 10000;
  strays integer;
begin
  if to_regclass('webhooks_internal.' || partition_name) is not null then
    return false;
  end if;
  execute format('select count(*) from (select from %s where id >= $1 and id < $2 limit %s) as stray', rest, most + 1)
    into strays using lowest, beyond;
  if strays > most then
    return false;
  end if;
  execute format('create table webhooks_internal.%I (like %s including defaults including constraints) %s',
    partition_name, parent, storage);
  if strays > 0 then
    execute format('with moved as (delete from %s where id >= $1 and id < $2 returning *)
      insert into webhooks_internal.%I select * from moved', rest, partition_name) using lowest, beyond;
  end if;
  execute format('alter table %s attach partition webhooks_internal.%I for values from (%L) to (%L)',
    parent, partition_name, lowest, beyond);
  execute format('alter table %s drop constraint if exists %I', rest, 'without_' || to_char(day, 'YYYYMMDD'));
  return true;
end
$$;

-- Attaching a partition reads the whole default one, under a lock that stops everybody, to see that nothing in it belongs
-- there; unless a constraint says so. For a default partition that is not small, such a constraint is put up first (an
-- instant) and validated by the caller, beside whoever works, with the statement that this gives; null: not needed.
create function webhooks_internal.prepare_default(parent regclass, day date) returns text
language plpgsql
as $$
declare
  rest regclass := (select partdefid from pg_partitioned_table where partrelid = parent);
  lowest uuid := webhooks_internal.lowest_id(day);
  beyond uuid := webhooks_internal.lowest_id(day + 1);
  small constant integer := 10000;
  is_needed boolean;
begin
  execute format('select (select count(*) from (select from %1$s limit %2$s) as known) = %2$s
    and not exists (select from %1$s where id >= $1 and id < $2)', rest, small) into is_needed using lowest, beyond;
  if not is_needed then
    return null;
  end if;
  execute format('alter table %s drop constraint if exists %I, add constraint %2$I check (id < %L or id >= %L) not valid',
    rest, 'without_' || to_char(day, 'YYYYMMDD'), lowest, beyond);
  return format('alter table %s validate constraint %I', rest, 'without_' || to_char(day, 'YYYYMMDD'));
end
$$;

-- The days that have a partition.
create view webhooks_internal.partitions as
select i.inhparent::regclass as parent, i.inhrelid::regclass as partition, to_date(right(c.relname, 8), 'YYYYMMDD') as day
from pg_inherits i
join pg_class c on c.oid = i.inhrelid
where i.inhparent in (select partrelid from pg_partitioned_table) and c.relname ~ '_[0-9]{8}$'
  and c.relnamespace = 'webhooks_internal'::regnamespace;

create table webhooks.webhook_events (
  id uuid primary key default webhooks.uuid_v7(),
  organization_id uuid not null,
  event text not null,
  -- `json`, not `jsonb`: the text stays as it was given, key order and numbers included, and with it the request body.
  data json not null check (json_typeof(data) = 'object'),
  previous json check (json_typeof(previous) = 'object'),
  "timestamp" timestamptz not null default now()
    check ("timestamp" >= '1970-01-01' and "timestamp" < '10000-01-01'),
  source text not null default 'api',
  created_at timestamptz not null default now()
)
partition by range (id);

-- With the id: all events of one transaction have one time, and a walk through them must not sort them at every step.
create index webhook_events_organization on webhooks.webhook_events (organization_id, created_at desc, id desc);

create table webhooks_internal.webhook_events_default partition of webhooks.webhook_events default;
-- Here rows expire one by one.
create index webhook_events_default_age on webhooks_internal.webhook_events_default (created_at);

comment on table webhooks.webhook_events is 'What happened; inserting a row emits the event';

create table webhooks_internal.outbox (
  id bigint generated always as identity primary key,
  event_id uuid not null
)
with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);

create function webhooks_internal.fill_outbox() returns trigger
language plpgsql security definer
set search_path = pg_catalog
as $$
begin
  insert into webhooks_internal.outbox (event_id) select id from new_events;
  if found then
    perform pg_notify('webhooks_outbox', '');
  end if;
  return null;
end
$$;

create trigger fill_outbox after insert on webhooks.webhook_events
referencing new table as new_events
for each statement execute function webhooks_internal.fill_outbox();

-- The request body, in the one place where it is written: the same event gives the same bytes on every attempt.
create function webhooks_internal.event_body(event text, happened_at timestamptz, data json, previous json) returns text
language sql stable parallel safe
as $$
  select '{"event":' || to_json(event)::text
    || ',"timestamp":"' || to_char(happened_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
    || '","data":' || data::text
    || coalesce(',"previous":' || previous::text, '')
    || '}'
$$;
