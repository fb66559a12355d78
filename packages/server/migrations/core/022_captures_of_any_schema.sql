-- A map can name any tables: several may hold the same kind of record, one may hold several kinds, and rows of any table may
-- emit an event of the operator's own. So each capture has a name of its own.

-- The version before names a capture by its record, which is what the reference CRM's captures are still called. It goes on
-- with `record` as the key; `id` and `capture` are the same under their own names.
alter table webhooks_internal.captures
  add column id text generated always as (record) stored,
  -- contact, deal, conversation, message, meeting; an event type of the operator's own; or organizations. Null: as `record`.
  add column subject text;
alter table webhooks_internal.capture_drifts add column capture text generated always as (record) stored;

create or replace view webhooks.webhook_captures with (security_invoker = true) as
select
  (select format('%I.%I', name[1], name[2]) from parse_ident(c.relation) as name) as table_name,
  coalesce(c.subject, c.record) as record, c.status, c.problems, c.checked_at, c.id
from webhooks_internal.captures c;

comment on column webhooks.webhook_captures.record is 'What the rows are: a record, an event type of your own, or organizations';
comment on column webhooks.webhook_captures.id is '@primary';

-- The map that was installed last; each start brings its captures up to date, and new schemas of tenants are found with it.
create table webhooks_internal.crm_map (
  is_only boolean primary key default true check (is_only),
  map json not null,
  installed_at timestamptz not null default now()
);

-- Earlier maps had one object for each record.
insert into webhooks_internal.crm_map (map, installed_at)
select json_build_object('records', json_agg(map::jsonb || jsonb_build_object('record', record) order by record)), min(installed_at)
from webhooks_internal.captures
where map is not null
having count(*) > 0;

update webhooks_internal.captures
set map = (map::jsonb || jsonb_build_object('record', record))::json
where map is not null;

-- The tenants of a CRM whose own keys are no UUIDs. The id follows from the key, so that capturing a row looks nothing up and
-- cannot come too early; the random part tells databases apart.
create table webhooks_internal.tenants (
  id uuid primary key,
  external_id text not null unique,
  name text constraint name_length check (length(name) <= 500),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

do $do$
begin
  execute format(
    $create$
      create function webhooks_internal.tenant_id(external_id text) returns uuid
      language sql immutable strict parallel safe
      as $sql$
        select overlay(overlay(pg_catalog.md5(%L || $1) placing '8' from 13) placing '8' from 17)::pg_catalog.uuid
      $sql$
    $create$, gen_random_uuid()::text || '/');
end
$do$;

-- Stores tenants, or their new names.
create function webhooks_internal.keep_tenants(ids uuid[], keys text[], names text[]) returns void
language sql
set search_path = pg_catalog
as $$
  insert into webhooks_internal.tenants as t (id, external_id, name)
  select given.id, given.key, given.name
  from unnest(ids, keys, names) as given (id, key, name)
  where given.id is not null and length(given.key) <= 500
  on conflict (id) do update
    set external_id = excluded.external_id, name = excluded.name, updated_at = now()
    where (t.external_id, t.name) is distinct from (excluded.external_id, excluded.name)
$$;

create function webhooks_internal.drop_tenants(ids uuid[]) returns void
language sql
set search_path = pg_catalog
as $$
  delete from webhooks_internal.tenants t where t.id = any (ids)
$$;

-- Part of a name of a capture: PostgreSQL's names end after 63 bytes.
create function webhooks_internal.forget_capture(capture text) returns void
language plpgsql
set search_path = pg_catalog
as $$
declare
  operation text;
begin
  foreach operation in array array['inserts', 'updates', 'deletes'] loop
    execute format('drop function if exists webhooks_internal.%I() cascade', 'capture_' || capture || '_' || operation);
  end loop;
  delete from webhooks_internal.captures c where c.id = capture;
end
$$;

revoke execute on function
  webhooks_internal.tenant_id(text),
  webhooks_internal.keep_tenants(uuid[], text[], text[]),
  webhooks_internal.drop_tenants(uuid[]),
  webhooks_internal.forget_capture(text)
from public;
grant select (id, subject) on webhooks_internal.captures to webhooks_service;
