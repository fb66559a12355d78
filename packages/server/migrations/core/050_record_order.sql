-- Order per record: the deliveries of a webhook about one record are sent one after another. docs/adr/0034 has the reasons.

alter table webhooks.webhook_configurations
  add column ordering text not null default 'none' check (ordering in ('none', 'record')),
  add column "coalesce" boolean not null default false,
  add constraint coalesce_check check (ordering = 'record' or not "coalesce");

comment on column webhooks.webhook_configurations.ordering is
  'record: deliveries about one record are sent one after another, in the order of the changes';
comment on column webhooks.webhook_configurations."coalesce" is
  'Whether a newer update of a record replaces an older one that still waits; needs ordering record';

-- The previous values of the updates that this one replaced, with its own. Null, which takes no space, for nearly all.
-- src/pipeline/relay/sql/replace-updates.sql bounds it.
alter table webhooks.webhook_deliveries add column previous json;

-- A row with a key waits until those of the same key with a smaller turn are gone. Null: the delivery has no order.
alter table webhooks_internal.queue
  add column record_key bigint,
  add column turn bigint;

create index queue_records on webhooks_internal.queue (webhook_id, record_key, turn) where record_key is not null;

-- Records of different kinds may have the same id. Two records of one key wait for each other and do no other harm. Null: the event
-- is about no record.
create function webhooks_internal.record_key(event text, record_id text) returns bigint
language sql immutable parallel safe
set search_path = pg_catalog
as $$ select hashtextextended(split_part(event, '.', 1) || ':' || record_id, 0) $$;

-- The due time of a row that waits for another of its record: a claim does not find it. Not that of a row that is set aside.
create function webhooks_internal.after_another() returns timestamptz
language sql immutable parallel safe
set search_path = pg_catalog
as $$ select '9998-12-31 00:00:00+00'::timestamptz $$;

-- Gives a row the last turn of its record, and lets it wait if others come first.
--
-- Everyone who inserts such rows holds the lock of the outbox until the end of its transaction (lock-outbox.sql). So rows become
-- visible in the order of their turns, and a claim that sees a row sees all rows with smaller turns that are left.
--
-- A row waits only for one that this transaction can keep in place without waiting itself: whoever removes that one then sees
-- the new row in `take_turn`. If somebody is just claiming or removing it, the new row is due, and a claim looks at its turn. A lease
-- is for an attempt that starts at once, which nothing may precede: then no row is inserted.
create function webhooks_internal.give_turn() returns trigger
language plpgsql security definer
set search_path = pg_catalog
as $$
declare
  last bigint;
begin
  perform pg_advisory_xact_lock(hashtext('webhooks_internal.outbox'));
  new.turn := 1 + coalesce((
    select max(q.turn) from webhooks_internal.queue q
    where q.webhook_id = new.webhook_id and q.record_key = new.record_key), 0);
  select max(q.turn) into last from webhooks_internal.queue q
  where q.webhook_id = new.webhook_id and q.record_key = new.record_key and q.due_at <> webhooks_internal.never_due();
  if last is null then
    return new;
  end if;
  -- An insert of a row that exists is an update of it, if the row stays.
  if exists (select from webhooks_internal.queue q where q.delivery_id = new.delivery_id) then
    perform from webhooks_internal.queue q where q.delivery_id = new.delivery_id for share skip locked;
    return case when found then new end;
  end if;
  if new.lease is not null then
    return null;
  end if;
  perform from webhooks_internal.queue q
  where q.webhook_id = new.webhook_id and q.record_key = new.record_key and q.turn = last
  for share skip locked;
  if found then
    new.due_at := webhooks_internal.after_another();
  end if;
  return new;
end
$$;

create trigger give_turn before insert on webhooks_internal.queue
for each row when (new.record_key is not null)
execute function webhooks_internal.give_turn();

-- Makes the next row of a record due when the one before it has left the queue, whichever statement removed it, or was set aside.
create function webhooks_internal.take_turn() returns trigger
language plpgsql security definer
set search_path = pg_catalog
as $$
begin
  update webhooks_internal.queue q
  set due_at = least(now(), webhooks_internal.made_at(q.delivery_id))
  where q.delivery_id = (
      select n.delivery_id from webhooks_internal.queue n
      where n.webhook_id = old.webhook_id and n.record_key = old.record_key and n.due_at <> webhooks_internal.never_due()
      order by n.turn limit 1)
    and q.due_at = webhooks_internal.after_another();
  return null;
end
$$;

create trigger take_turn_after_delete after delete on webhooks_internal.queue
for each row when (old.record_key is not null)
execute function webhooks_internal.take_turn();

create trigger take_turn_after_set_aside after update of due_at on webhooks_internal.queue
for each row when (old.record_key is not null and new.due_at = '9999-12-31 00:00:00+00'::timestamptz and old.due_at <> new.due_at)
execute function webhooks_internal.take_turn();

-- True: a webhook of the organization has an order, and its events are leased apart. Otherwise null.
alter table webhooks_internal.subscription_versions add column is_ordered boolean;

-- Whether deliveries of the webhook about one record wait for each other.
create function webhooks_internal.has_order(webhook uuid, ordering text) returns boolean
language sql stable
as $$ select ordering = 'record' $$;

-- Notes which organizations have an order. In a statement of its own after one that locks their versions: what others committed
-- while that one waited is then seen.
create function webhooks_internal.note_order(organizations uuid[]) returns void
language sql volatile
as $$
  update webhooks_internal.subscription_versions v
  set is_ordered = ordered.is_so
  from (
    select o.id,
      case when exists (
        select from webhooks.webhook_configurations w
        where w.organization_id = o.id and webhooks_internal.has_order(w.id, w.ordering)
      ) then true end as is_so
    from unnest(organizations) as o (id)
  ) as ordered
  where v.organization_id = ordered.id and v.is_ordered is distinct from ordered.is_so
$$;

-- As before, and notes the order.
create or replace function webhooks_internal.count_subscription_change() returns trigger
language plpgsql security definer
set search_path = pg_catalog
as $$
begin
  insert into webhooks_internal.subscription_versions as v (organization_id, version)
  select distinct organization_id, 1 from changed order by organization_id
  on conflict (organization_id) do update set version = v.version + 1;
  perform webhooks_internal.note_order(array(select distinct organization_id from changed));
  return null;
end
$$;

-- Appended to the view as it is by now: other migrations may have added columns.
do $$
declare
  was constant text := pg_get_viewdef('webhooks_internal.targets'::regclass);
  -- Without a schema where the role that installs is called like it, because its search path then has it.
  source constant text := substring(was from 'FROM (?:webhooks\.)?webhook_configurations');
begin
  execute 'create or replace view webhooks_internal.targets as '
    || overlay(was placing $column$,
  webhooks_internal.has_order(id, ordering) as is_ordered, "coalesce" $column$ || source from position(source in was) for length(source));
end
$$;

grant select (ordering, "coalesce"), insert (ordering, "coalesce"), update (ordering, "coalesce")
on webhooks.webhook_configurations to webhooks_service, webhooks_api;

select webhooks_internal.grant_scopes();
