-- Where `install` has given the tables to a role that the database's owner is a member of, so that he can dump them, those that are made
-- later go there too: see src/capture/share-tables.ts. Otherwise there is nothing to do.
create function webhooks_internal.hand_over_tables() returns void
language plpgsql
set search_path = pg_catalog
as $$
declare
  keeper name := (select pg_get_userbyid(relowner) from pg_class where oid = 'webhooks.schema_migrations'::regclass);
  found record;
begin
  if not starts_with(keeper::text, 'webhooks_owner_') then
    return;
  end if;
  for found in
    select c.oid::regclass as relation
    from pg_class c
    where c.relnamespace in ('webhooks'::regnamespace, 'webhooks_internal'::regnamespace)
      and c.relkind in ('r', 'p', 'v', 'm', 'S')
      and pg_get_userbyid(c.relowner) <> keeper
      -- Sequences of columns go with their table.
      and not exists (select from pg_depend d where d.objid = c.oid and d.classid = 'pg_class'::regclass and d.deptype in ('a', 'i')
        and c.relkind = 'S')
  loop
    execute format('alter table %s owner to %I', found.relation, keeper);
  end loop;
end
$$;

revoke execute on function webhooks_internal.hand_over_tables from public;
