-- Events, deliveries and attempts grow without end, so they are partitioned by day and dropped by the day. The day of a row
-- is that of its id: the id alone is the key, and finds its partition without reading the others. Rows whose id is not a UUIDv7,
-- which callers may give to events, and rows of days without a partition go to the default partition.
-- See docs/adr/0008.

-- Adds a day's partition and moves the day's rows there from the default partition. Returns false if the partition exists,
-- or if the default partition has more rows of the day than can be moved at once; they stay there, and the day has no partition.
create function webhooks_internal.add_partition(parent regclass, day date) returns boolean
language plpgsql
as $$
declare
  partition_name text := (select relname from pg_class where oid = parent) || '_' || to_char(day, 'YYYYMMDD');
  default_partition regclass := (select partdefid from pg_partitioned_table where partrelid = parent);
  lowest uuid := webhooks_internal.lowest_id(day);
  beyond uuid := webhooks_internal.lowest_id(day + 1);
  -- Space on the page for a row's next version. Recording an outcome changes no indexed column of a delivery, so with that
  -- space it touches no index.
  storage text := case when parent = 'webhooks.webhook_deliveries'::regclass then 'with (fillfactor = 80)' else '' end;
  max_moved constant integer := 10000;
  misplaced integer;
begin
  if to_regclass('webhooks_internal.' || partition_name) is not null then
    return false;
  end if;
  execute format('select count(*) from (select from %s where id >= $1 and id < $2 limit %s) as misplaced',
    default_partition, max_moved + 1) into misplaced using lowest, beyond;
  if misplaced > max_moved then
    return false;
  end if;
  execute format('create table webhooks_internal.%I (like %s including defaults including constraints) %s',
    partition_name, parent, storage);
  if misplaced > 0 then
    execute format('with moved as (delete from %s where id >= $1 and id < $2 returning *)
      insert into webhooks_internal.%I select * from moved', default_partition, partition_name) using lowest, beyond;
  end if;
  execute format('alter table %s attach partition webhooks_internal.%I for values from (%L) to (%L)',
    parent, partition_name, lowest, beyond);
  execute format('alter table %s drop constraint if exists %I', default_partition, 'without_' || to_char(day, 'YYYYMMDD'));
  return true;
end
$$;

-- Attaching a partition scans the default partition under an exclusive lock to prove that no row belongs to the new one,
-- unless a constraint proves it. For a default partition that is not small, this adds such a constraint unvalidated, which
-- takes an instant, and returns the statement with which the caller validates it while others read and write. Returns null
-- if the constraint is not needed.
create function webhooks_internal.prepare_default(parent regclass, day date) returns text
language plpgsql
as $$
declare
  default_partition regclass := (select partdefid from pg_partitioned_table where partrelid = parent);
  lowest uuid := webhooks_internal.lowest_id(day);
  beyond uuid := webhooks_internal.lowest_id(day + 1);
  min_rows constant integer := 10000;
  is_needed boolean;
begin
  execute format('select (select count(*) from (select from %1$s limit %2$s) as known) = %2$s
    and not exists (select from %1$s where id >= $1 and id < $2)', default_partition, min_rows)
    into is_needed using lowest, beyond;
  if not is_needed then
    return null;
  end if;
  execute format('alter table %s drop constraint if exists %I, add constraint %2$I check (id < %L or id >= %L) not valid',
    default_partition, 'without_' || to_char(day, 'YYYYMMDD'), lowest, beyond);
  return format('alter table %s validate constraint %I', default_partition, 'without_' || to_char(day, 'YYYYMMDD'));
end
$$;

-- The days that have a partition.
create view webhooks_internal.partitions as
select i.inhparent::regclass as parent, i.inhrelid::regclass as partition, to_date(right(c.relname, 8), 'YYYYMMDD') as day
from pg_inherits i
join pg_class c on c.oid = i.inhrelid
where i.inhparent in (select partrelid from pg_partitioned_table) and c.relname ~ '_[0-9]{8}$'
  and c.relnamespace = 'webhooks_internal'::regnamespace;
