-- Capture that harms nobody: what the triggers that src/crm/ writes fall back on when their statement fails.

-- What a fault cost: the event, or a field of events that were emitted without it.
alter table webhooks.webhook_capture_faults
  add column effect text not null default 'event' check (effect in ('event', 'field')),
  -- When the events were emitted after all: rpc/recapture.
  add column recaptured_at timestamptz;

drop function webhooks_internal.record_capture_fault(text, text, text, text, bigint, text[]);

-- Raises only what the user's transaction has to be told. Everything else ends here, in the server's log at worst.
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
  -- Every statement that runs while a column is missing would say the same.
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

revoke execute on function webhooks_internal.record_capture_fault(text, text, text, text, bigint, text[], text) from public;

-- A changed row whose former self is not found by its key: the key changed, or the row went to another partition.
create function webhooks_internal.row_is_unpaired() returns boolean
language plpgsql
set search_path = pg_catalog
as $$
begin
  raise exception 'a changed row is not found by its key';
end
$$;

revoke execute on function webhooks_internal.row_is_unpaired() from public;

-- The columns that a table has now.
create function webhooks_internal.columns_of(relation oid) returns name[]
language sql stable
set search_path = pg_catalog
as $$
  select coalesce(array_agg(attname order by attnum), '{}') from pg_attribute
  where attrelid = relation and attnum > 0 and not attisdropped
$$;

revoke execute on function webhooks_internal.columns_of(oid) from public;

-- A select list over `row_alias`: the columns that there are, and nulls for those that are `lacking`.
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

revoke execute on function webhooks_internal.row_columns(name[], text, text[]) from public;

-- What tells the columns of any table apart, as src/crm/ writes it for those that it knows: {name, changed, old} over the
-- rows `n` and `o`.
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

revoke execute on function webhooks_internal.changes_of(oid, text, text) from public;

-- `names`, the columns that changed, and `previous`, their old values, as a select list.
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

revoke execute on function webhooks_internal.change_columns(json, text[]) from public;

-- Byte by byte: a column whose type knows no equality (json, xml, point) fails no update.
create or replace function webhooks_internal.touch_updated_at() returns trigger
language plpgsql
set search_path = pg_catalog
as $$
begin
  -- Sealed once more with another key, a secret is still the same.
  if new *<> old and current_setting('webhooks.resealing', true) is distinct from 'on' then
    new.updated_at := now();
  end if;
  return new;
end
$$;

-- An id that is the same whenever the same is written again, a UUIDv8 that begins with a time as ours do.
create function webhooks_internal.derived_id(at timestamptz, seed text) returns uuid
language sql immutable parallel safe
set search_path = pg_catalog
as $$
  select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0')
    || '8' || substr(hash, 1, 3) || '8' || substr(hash, 4, 15))::uuid
  from md5(seed) as hash
$$;

create index webhook_capture_faults_lost on webhooks.webhook_capture_faults (relation, created_at)
where effect = 'event' and recaptured_at is null;
