-- Organizations that the CRM deleted: maintenance deletes what the program has of them, in the background and in small
-- transactions. The audit log keeps what was done until its own retention ends.
create table webhooks_internal.deleted_organizations (
  organization_id uuid primary key,
  deleted_at timestamptz not null default now()
);

create function webhooks_internal.note_deleted_organizations(ids uuid[]) returns void
language sql security definer
set search_path = pg_catalog
as $$
  insert into webhooks_internal.deleted_organizations (organization_id)
  select distinct id from unnest(ids) as given (id) where id is not null
  on conflict do nothing
$$;

-- As before, and what the program has of them goes, too.
create or replace function webhooks_internal.drop_tenants(ids uuid[]) returns void
language sql
set search_path = pg_catalog
as $$
  delete from webhooks_internal.tenants t where t.id = any (ids);
  select webhooks_internal.note_deleted_organizations(ids);
$$;

-- A tenant that comes again stays.
create function webhooks_internal.keep_returned_tenants() returns trigger
language plpgsql security definer
set search_path = pg_catalog
as $$
begin
  delete from webhooks_internal.deleted_organizations d using kept where d.organization_id = kept.id;
  return null;
end
$$;

create trigger keep_returned after insert on webhooks_internal.tenants referencing new table as kept
for each statement execute function webhooks_internal.keep_returned_tenants();

-- Deletes up to `batch` rows of one organization from one table, which has a column `organization_id`; partitions are tables
-- of their own here.
create function webhooks_internal.delete_rows_of(organization uuid, of_table regclass, batch integer) returns integer
language plpgsql
set search_path = pg_catalog
as $$
declare
  deleted integer;
begin
  execute format(
    'delete from %1$s where ctid = any (array(select ctid from %1$s where organization_id = $1 limit $2))', of_table)
  using organization, batch;
  get diagnostics deleted = row_count;
  return deleted;
end
$$;

revoke execute on function
  webhooks_internal.note_deleted_organizations(uuid[]),
  webhooks_internal.keep_returned_tenants(),
  webhooks_internal.delete_rows_of(uuid, regclass, integer)
from public;
