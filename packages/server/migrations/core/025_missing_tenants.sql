-- A tenant whose schema is missing may be in the middle of a restore, so it stays for a while.
alter table webhooks_internal.tenants add column missing_since timestamptz;

-- As before, and a tenant that comes again is no longer missing.
create or replace function webhooks_internal.keep_tenants(ids uuid[], keys text[], names text[]) returns void
language sql
set search_path = pg_catalog
as $$
  insert into webhooks_internal.tenants as t (id, external_id, name)
  select given.id, given.key, given.name
  from unnest(ids, keys, names) as given (id, key, name)
  where given.id is not null and length(given.key) <= 500
  on conflict (id) do update
    set external_id = excluded.external_id, name = excluded.name, updated_at = now(), missing_since = null
    where (t.external_id, t.name) is distinct from (excluded.external_id, excluded.name)
      or t.missing_since is not null
$$;
