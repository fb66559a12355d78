-- The tables of a CRM, with what installing has to know of each and what this role may do with it.
select
  n.nspname as schema,
  c.relname as name,
  c.relkind as kind,
  c.relispartition as "isPartition",
  c.relrowsecurity and not me.rolbypassrls and not me.rolsuper
    and (c.relforcerowsecurity or not pg_has_role(c.relowner, 'usage'))
    -- One policy that shows all, and none that takes away.
    and not coalesce(
      (
        select bool_and(p.polpermissive) and bool_or(pg_get_expr(p.polqual, p.polrelid) = 'true')
        from pg_policy p
        where p.polrelid = c.oid and p.polcmd in ('r', '*')
          and exists (
            select from unnest(p.polroles) as role (id)
            where case role.id when 0 then true else pg_has_role(role.id, 'usage') end
          )
      ),
      false
    ) as "isHidden",
  has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'trigger') as "canTrigger",
  coalesce(
    (
      select json_agg(keys.columns order by keys.is_primary desc, keys.id)
      from (
        select i.indexrelid as id, i.indisprimary as is_primary, json_agg(a.attname order by k.place) as columns
        from pg_index i
        cross join lateral unnest(i.indkey::smallint[]) with ordinality as k (attnum, place)
        join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
        where i.indrelid = c.oid and i.indisunique and i.indisvalid and i.indpred is null and i.indexprs is null
          and i.indimmediate and k.place <= i.indnkeyatts
        group by i.indexrelid, i.indisprimary
        having bool_and(a.attnotnull)
      ) as keys
    ),
    '[]'
  ) as keys,
  coalesce(
    (
      select json_agg(json_build_object(
        'column', a.attname, 'schema', fn.nspname, 'table', f.relname, 'references', fa.attname) order by a.attnum)
      from pg_constraint con
      join pg_attribute a on a.attrelid = con.conrelid and a.attnum = con.conkey[1]
      join pg_class f on f.oid = con.confrelid
      join pg_namespace fn on fn.oid = f.relnamespace
      join pg_attribute fa on fa.attrelid = con.confrelid and fa.attnum = con.confkey[1]
      where con.conrelid = c.oid and con.contype = 'f' and cardinality(con.conkey) = 1
    ),
    '[]'
  ) as "foreignKeys",
  (
    select json_agg(json_build_object(
      'name', a.attname,
      'type', format_type(coalesce(nullif(t.typbasetype, 0), t.oid), null),
      'fullType', (
        select format('%I.%I', bn.nspname, b.typname)
        from pg_type b
        join pg_namespace bn on bn.oid = b.typnamespace
        where b.oid = coalesce(nullif(t.typbasetype, 0), t.oid)
      ),
      'labels', (
        select json_agg(e.enumlabel order by e.enumsortorder) from pg_enum e where e.enumtypid = coalesce(nullif(t.typbasetype, 0), t.oid)
      ),
      'canSelect', has_schema_privilege(n.oid, 'usage') and has_column_privilege(c.oid, a.attnum, 'select')
    ) order by a.attnum)
    from pg_attribute a
    join pg_type t on t.oid = a.atttypid
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  ) as columns
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
cross join (select rolsuper, rolbypassrls from pg_roles where rolname = current_user) as me
where c.relkind in ('r', 'p', 'v', 'm', 'f')
  and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'webhooks', 'webhooks_internal')
order by n.nspname, c.relname
