-- Capture: events from the transactions of a CRM, the reference CRM or another. src/capture/ writes the trigger functions for
-- the columns that a table has; this file has what they call, and what the program knows about the tables.

create table webhooks_internal.captures (
  -- What the rows are: contact, deal, conversation, message, meeting.
  record text primary key,
  relation text not null,
  -- The table's columns in terms of the events; null: the reference CRM.
  map json,
  -- Of the SQL that was installed.
  fingerprint text not null,
  installed_at timestamptz not null default now(),
  -- Triggers, functions, tables and columns as they were installed; null until the installation is complete.
  expected json,
  -- What the last check found; src/capture/watch-captures.ts checks once a minute. `missing`: the table or all of its triggers.
  status text not null default 'ok' check (status in ('ok', 'drifted', 'missing')),
  problems text[] not null default '{}',
  checked_at timestamptz,
  -- The last check without a problem.
  well_at timestamptz,
  -- webhooks_internal.capture_stamp() of then: reveals changes that were reverted between two checks.
  stamp text
);

create view webhooks.webhook_captures with (security_invoker = true) as
select
  (select format('%I.%I', name[1], name[2]) from parse_ident(c.relation) as name) as table_name,
  c.record, c.status, c.problems, c.checked_at
from webhooks_internal.captures c;

comment on view webhooks.webhook_captures is 'The tables whose changes emit events, and whether they are captured as installed';
comment on column webhooks.webhook_captures.record is '@primary';

-- Row versions in the catalog of what captures a table: its triggers, their functions, and its row type, which is rewritten
-- when the table is renamed or moved. Other changes of the table (a new column, an index, statistics) do not change them.
create function webhooks_internal.capture_stamp(relation text) returns text
language sql stable
set search_path = pg_catalog
as $$
  select concat_ws(' ', c.oid, ty.xmin,
    (
      select string_agg(concat_ws(':', t.oid, t.xmin, p.xmin), ',' order by t.tgname)
      from pg_trigger t
      join pg_proc p on p.oid = t.tgfoid
      where t.tgrelid = c.oid and starts_with(t.tgname::text, 'webhooks_capture_')
        or t.tgrelid = 'webhooks.webhook_events'::regclass and t.tgname = 'fill_outbox'
    ))
  from pg_class c
  join pg_type ty on ty.oid = c.reltype
  where c.oid = to_regclass(relation)
$$;

-- Periods in which a table was not captured as installed, or not known to be. Changes of that time may have emitted nothing.
create table webhooks_internal.capture_drifts (
  id bigint generated always as identity primary key,
  record text not null,
  relation text not null,
  -- The last check without a problem, or the installation.
  since timestamptz not null,
  -- The next check without a problem; null if there was none yet.
  until timestamptz,
  problems text[] not null,
  -- When rpc/recapture emitted what was lost.
  recaptured_at timestamptz
);

create unique index capture_drifts_open on webhooks_internal.capture_drifts (record) where until is null;
create index capture_drifts_age on webhooks_internal.capture_drifts (until);

-- Changes in the CRM whose events could not be written. The CRM's own statement succeeds anyway.
create table webhooks.webhook_capture_faults (
  id uuid primary key default webhooks.uuid_v7(),
  relation text not null,
  operation text not null,
  -- SQLSTATE.
  code text not null,
  message text not null,
  -- The number of rows that the statement changed, and the first hundred of their ids.
  row_count bigint not null,
  record_ids text[] not null,
  created_at timestamptz not null default now(),
  -- What is lost: the event, or a field of events that were emitted without it.
  effect text not null default 'event' check (effect in ('event', 'field')),
  -- When rpc/recapture emitted the events.
  recaptured_at timestamptz
);

create index webhook_capture_faults_age on webhooks.webhook_capture_faults (created_at);
create index webhook_capture_faults_lost on webhooks.webhook_capture_faults (relation, created_at)
where effect = 'event' and recaptured_at is null;

comment on table webhooks.webhook_capture_faults is 'Changes in the CRM whose events could not be written, and why';

-- Raises only errors that must end the transaction of the CRM. Everything else ends here, at worst in the server's log.
create function webhooks_internal.record_capture_fault(
  relation text, operation text, code text, message text, row_count bigint, record_ids text[], effect text default 'event'
) returns void
language plpgsql security definer
set search_path = pg_catalog
set lock_timeout = '1s'
as $$
#variable_conflict use_variable
begin
  insert into webhooks.webhook_capture_faults (relation, operation, code, message, row_count, record_ids, effect)
  select relation, lower(operation), code, left(message, 1000), row_count, record_ids, effect
  -- While a column is missing, every statement reports the same fault: once a minute is enough.
  where effect = 'event' or not exists (
    select from webhooks.webhook_capture_faults f
    where f.created_at > now() - interval '1 minute' and f.relation = relation and f.effect = 'field'
      and f.operation = lower(operation) and f.message = left(message, 1000)
  );
exception
  when transaction_rollback or disk_full or out_of_memory then
    raise;
  when others or assert_failure then
    raise log 'webhooks: a fault of % could not be recorded: % (%)', relation, sqlerrm, sqlstate;
end
$$;

-- For a changed row whose previous version is not found by its key: the key changed, or the row moved to another partition.
create function webhooks_internal.row_is_unpaired() returns boolean
language plpgsql
set search_path = pg_catalog
as $$
begin
  raise exception 'the previous version of a changed row is not found by its key';
end
$$;

-- The columns that a table has now.
create function webhooks_internal.columns_of(relation oid) returns name[]
language sql stable
set search_path = pg_catalog
as $$
  select coalesce(array_agg(attname order by attnum), '{}') from pg_attribute
  where attrelid = relation and attnum > 0 and not attisdropped
$$;

-- A select list over `row_alias`: the columns that exist, and nulls for those that are `lacking`.
create function webhooks_internal.row_columns(columns name[], row_alias text, lacking text[]) returns text
language sql immutable
set search_path = pg_catalog
as $$
  select coalesce(string_agg(item.sql, ', ' order by item.place), 'null')
  from (
    select c.place, format('%I.%I as %2$I', row_alias, c.name) as sql
    from unnest(columns) with ordinality as c (name, place)
    where c.name <> all (lacking)
    union all
    select 10000 + l.place, format('null::text as %I', l.name)
    from unnest(lacking) with ordinality as l (name, place)
  ) as item
$$;

-- How to compare each column of any table, as src/capture/ writes it for known tables: {name, changed, old} over the rows `n`
-- and `o`.
create function webhooks_internal.changes_of(relation oid, exact_types text, text_types text) returns json
language sql stable
set search_path = pg_catalog
as $$
  select coalesce(
    json_agg(json_build_object(
      'name', attname,
      'source', attname,
      'changed', case
        when type ~ text_types then format('n.%1$I collate "C" is distinct from o.%1$I collate "C"', attname)
        when type ~ exact_types then format('n.%1$I is distinct from o.%1$I', attname)
        else format('n.%1$I::text collate "C" is distinct from o.%1$I::text collate "C"', attname)
      end,
      'old', format('o.%I', attname)
    ) order by attnum),
    '[]'
  )
  from (
    select attname, attnum, format_type(atttypid, null) as type from pg_attribute
    where attrelid = relation and attnum > 0 and not attisdropped and attname <> 'updated_at'
  ) as a
$$;

-- A select list: `names`, the columns that changed, and `previous`, their old values.
create function webhooks_internal.change_columns(changes json, lacking text[]) returns text
language sql immutable
set search_path = pg_catalog
as $$
  select format(
    'array_remove(array[%s]::text[], null) as names, ''{'' || substr(array_to_string(array[%s]::text[], ''''), 2) || ''}'' as previous',
    coalesce(string_agg(format('case when %s then %L end', c.changed, c.name), ', '), ''),
    coalesce(string_agg(format('case when %s then %L || coalesce(to_json(%s)::text, ''null'') end',
      c.changed, ',' || to_json(c.name)::text || ':', c.old), ', '), '')
  )
  from json_to_recordset(changes) as c (name text, source text, changed text, old text)
  where c.changed is not null and coalesce(c.source, '') <> all (lacking)
$$;

-- The statuses that a message of another CRM has had, so that each is emitted once: the CRM's table may not say. Message ids
-- of two organizations may be equal if they are numbers.
create table webhooks_internal.reached_statuses (
  record_id text,
  event text,
  reached_at timestamptz not null default now(),
  organization_id uuid,
  primary key (organization_id, record_id, event)
);

create index reached_statuses_age on webhooks_internal.reached_statuses (reached_at);
