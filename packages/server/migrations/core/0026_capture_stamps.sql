-- What was altered and put back between two checks of a capture leaves other row versions in the catalog.
alter table webhooks_internal.captures add column stamp text;

-- When what the drift lost was emitted: rpc/recapture.
alter table webhooks_internal.capture_drifts add column recaptured_at timestamptz;

-- Versions of the rows that say what captures a table: its triggers, their functions, and its row type, which is rewritten
-- when the table is renamed or moved. Other changes of the table (a new column, an index, statistics) leave these as they are.
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

revoke execute on function webhooks_internal.capture_stamp(text) from public;
