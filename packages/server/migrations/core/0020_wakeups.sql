-- NOTIFY holds one lock of the whole server from before a commit is flushed until after: transactions that notify commit one
-- by one, also those of other databases. So a transaction notifies only when there is a relay that sleeps.

-- What relays say of themselves: milliseconds since 1970 by the database's clock, until when one runs at all, and until when
-- one looks at the outbox by itself, again and again. Sequences, because they are single values that are changed in place:
-- whoever reads one, under whatever snapshot, sees the newest; there are no old versions for vacuum, no transaction id is spent,
-- nobody waits for a lock until another one commits. Unlogged: after a crash or a failover they are back at 0.
create unlogged sequence webhooks_internal.relay_listens_until as bigint minvalue 0 start 0;
create unlogged sequence webhooks_internal.relay_awake_until as bigint minvalue 0 start 0;

create function webhooks_internal.in_milliseconds(milliseconds integer) returns bigint
language sql
as $$
  select (extract(epoch from clock_timestamp()) * 1000)::bigint + milliseconds
$$;

-- Said times are near. One that is far ahead is from before the clock was set back, and counts for nothing.
--
-- Where transactions can be prepared (two-phase commit) nobody notifies: PREPARE TRANSACTION refuses those that have.
-- There, and when a transaction commits long after it asked, polling finds the events.
create function webhooks_internal.needs_wakeup() returns boolean
language plpgsql
as $$
declare
  asked_at constant bigint := extract(epoch from clock_timestamp()) * 1000;
  furthest constant bigint := asked_at + 60000;
begin
  -- No query, which would cost thrice as much: an expression over functions alone. A sequence that nobody has set is null.
  return current_setting('max_prepared_transactions') = '0'
    and coalesce(
      pg_sequence_last_value('webhooks_internal.relay_listens_until'::regclass) between asked_at and furthest, false)
    and not coalesce(
      pg_sequence_last_value('webhooks_internal.relay_awake_until'::regclass) between asked_at and furthest, false);
end
$$;

create or replace function webhooks_internal.fill_outbox() returns trigger
language plpgsql security definer
set search_path = pg_catalog
as $$
begin
  insert into webhooks_internal.outbox (event_id) select id from new_events;
  if found and webhooks_internal.needs_wakeup() then
    perform pg_notify('webhooks_outbox', '');
  end if;
  return null;
end
$$;
