-- Keys of organizations, and what a scope may do said to the database: one role for each scope, below the owner, all
-- under the same row-level security. Grants say what may be done, policies of whose rows.

do $$
declare
  wanted text;
begin
  foreach wanted in array array['webhooks_read', 'webhooks_emit'] loop
    begin
      execute format('create role %I nologin noinherit', wanted);
    exception
      when duplicate_object or unique_violation then null;
    end;
    if not (select rolsuper from pg_roles where rolname = current_user) then
      execute format('grant %I to %I', wanted, current_user);
    end if;
  end loop;
end
$$;

grant usage on schema webhooks, webhooks_internal to webhooks_read, webhooks_emit;

create table webhooks.api_keys (
  id uuid primary key default webhooks.uuid_v7(),
  organization_id uuid not null,
  name text not null check (name <> ''),
  scope text not null check (scope in ('admin', 'read', 'emit')),
  hint text not null,
  -- SHA-256. The key has 256 bits of randomness: there is nothing to guess that a slow hash would protect.
  key_hash bytea not null unique check (octet_length(key_hash) = 32),
  last_used_at timestamptz,
  revoked_at timestamptz,
  created_at timestamptz not null default now()
);

create index api_keys_organization on webhooks.api_keys (organization_id, created_at);

comment on table webhooks.api_keys is 'Keys of organizations; the key itself is shown once, by the insert';

-- What was revoked stays revoked, whoever asks, and from the moment on that the database sees it.
create function webhooks_internal.keep_revoked() returns trigger
language plpgsql
set search_path = pg_catalog
as $$
begin
  if old.revoked_at is not null then
    new.revoked_at := old.revoked_at;
  elsif new.revoked_at is not null then
    new.revoked_at := now();
  end if;
  return new;
end
$$;

create trigger keep_revoked before update on webhooks.api_keys
for each row when (new.revoked_at is distinct from old.revoked_at)
execute function webhooks_internal.keep_revoked();

select webhooks_internal.separate_organizations('webhooks.api_keys');
grant select (id, organization_id, name, scope, hint, last_used_at, revoked_at, created_at),
  insert (id, organization_id, name, scope, hint, key_hash),
  update (name, revoked_at),
  delete
on webhooks.api_keys to webhooks_service, webhooks_api;

-- Brings the roles of the lesser scopes up to what an organization's admin (webhooks_api) was granted: all of his policies,
-- and for `webhooks_read` all that he may read, but keys and the audit log. A migration that adds a table ends with a call of this.
create function webhooks_internal.grant_scopes() returns void
language plpgsql
set search_path = pg_catalog
as $$
declare
  found record;
begin
  for found in
    select p.polname, p.polrelid::regclass as relation
    from pg_policy p
    where 'webhooks_api'::regrole = any(p.polroles)
  loop
    execute format('alter policy %I on %s to webhooks_api, webhooks_read, webhooks_emit', found.polname, found.relation);
  end loop;

  for found in
    select c.oid::regclass as relation, string_agg(quote_ident(a.attname), ', ' order by a.attnum) as columns
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relkind in ('r', 'p', 'v')
      and c.relnamespace in (select oid from pg_namespace where nspname in ('webhooks', 'webhooks_internal', 'public'))
      and (c.relnamespace::regnamespace::text, c.relname) not in (('webhooks', 'api_keys'), ('webhooks', 'audit_log'))
      and has_column_privilege('webhooks_api', c.oid, a.attnum, 'select')
      -- What everybody was granted is no business of ours.
      and (
        exists (select from aclexplode(a.attacl) acl where acl.grantee = 'webhooks_api'::regrole)
        or exists (select from aclexplode(c.relacl) acl where acl.grantee = 'webhooks_api'::regrole)
      )
    group by c.oid
  loop
    execute format('grant select (%s) on %s to webhooks_read', found.columns, found.relation);
  end loop;
end
$$;

select webhooks_internal.grant_scopes();

-- Whoever emits sees of the events what tells a repeated one from a new one, and which there are to be emitted.
grant insert (id, organization_id, event, data, previous, "timestamp", source), select (id, organization_id)
on webhooks.webhook_events to webhooks_emit;
grant select on webhooks.webhook_event_types to webhooks_emit;

-- Limits that the database keeps, because only it sees all nodes. Written by each start from the settings.
create table webhooks_internal.limits (
  only_row boolean primary key default true check (only_row),
  max_webhooks integer not null default 100 check (max_webhooks > 0)
);

insert into webhooks_internal.limits default values;

-- After the statement, when all its rows count; one organization's inserts take turns, so that two at once cannot
-- both be the last that fits.
create function webhooks_internal.limit_webhooks() returns trigger
language plpgsql security definer
set search_path = pg_catalog
as $$
declare
  most integer := (select max_webhooks from webhooks_internal.limits);
  crowded uuid;
begin
  perform pg_advisory_xact_lock(hashtextextended('webhooks of ' || organization_id, 0))
  from (select distinct organization_id from new_webhooks order by organization_id) as touched;
  select w.organization_id into crowded
  from webhooks.webhook_configurations w
  where w.organization_id in (select organization_id from new_webhooks)
  group by w.organization_id
  having count(*) > most
  limit 1;
  if crowded is not null then
    raise exception using errcode = '53400',
      message = format('an organization has at most %s webhooks', most),
      detail = format('Organization %s would have more.', crowded),
      hint = 'Delete those that are not needed any more; one webhook can subscribe to many events. The operator sets the limit with MAX_WEBHOOKS.';
  end if;
  return null;
end
$$;

create trigger limit_webhooks after insert on webhooks.webhook_configurations
referencing new table as new_webhooks
for each statement execute function webhooks_internal.limit_webhooks();
