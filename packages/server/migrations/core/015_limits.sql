-- Limits on rows of an organization. The database checks them because only it sees all nodes.

-- Every start writes the settings here.
create table webhooks_internal.limits (
  only_row boolean primary key default true check (only_row),
  max_webhooks integer not null default 100 check (max_webhooks > 0)
);

insert into webhooks_internal.limits default values;

-- Organizations take turns, so that of two concurrent inserts only one succeeds if one row is left.
create function webhooks_internal.lock_limit(noun text, organizations uuid[]) returns void
language plpgsql
set search_path = pg_catalog
as $$
begin
  perform pg_advisory_xact_lock(hashtextextended(noun || ' of ' || organization_id, 0))
  from unnest(organizations) as organization_id
  order by organization_id;
end
$$;

create function webhooks_internal.refuse_excess(noun text, max_rows integer, organization_id uuid, hint text) returns void
language plpgsql
set search_path = pg_catalog
as $$
begin
  raise exception using errcode = '53400',
    message = format('an organization has at most %s %s', max_rows, noun),
    detail = format('Organization %s would have more.', organization_id),
    hint = hint;
end
$$;

create function webhooks_internal.limit_webhooks() returns trigger
language plpgsql security definer
set search_path = pg_catalog
as $$
declare
  organizations constant uuid[] := array(select distinct organization_id from new_webhooks);
  max_webhooks constant integer := (select l.max_webhooks from webhooks_internal.limits l);
begin
  perform webhooks_internal.lock_limit('webhooks', organizations);
  perform webhooks_internal.refuse_excess('webhooks', max_webhooks, w.organization_id,
    'Delete those that you no longer need; one webhook can subscribe to many events. The operator sets the limit with MAX_WEBHOOKS.')
  from webhooks.webhook_configurations w
  where w.organization_id = any (organizations)
  group by w.organization_id
  having count(*) > max_webhooks;
  return null;
end
$$;

-- After the statement, when all its rows count.
create trigger limit_webhooks after insert on webhooks.webhook_configurations
referencing new table as new_webhooks
for each statement execute function webhooks_internal.limit_webhooks();

create function webhooks_internal.limit_inboxes() returns trigger
language plpgsql security definer
set search_path = pg_catalog
as $$
declare
  organizations constant uuid[] := array(select distinct organization_id from new_inboxes);
  max_inboxes constant integer := 10;
begin
  perform webhooks_internal.lock_limit('inboxes', organizations);
  delete from webhooks.webhook_inboxes i
  where i.organization_id = any (organizations) and i.expires_at <= now();
  perform webhooks_internal.refuse_excess('inboxes', max_inboxes, i.organization_id,
    'Delete one that you no longer need; each expires after 24 hours.')
  from webhooks.webhook_inboxes i
  where i.organization_id = any (organizations)
  group by i.organization_id
  having count(*) > max_inboxes;
  return null;
end
$$;

create trigger limit_inboxes after insert on webhooks.webhook_inboxes
referencing new table as new_inboxes
for each statement execute function webhooks_internal.limit_inboxes();
