-- What is exposed: the relations of the schemas in $2 on which something was granted to the first role of $1 by
-- name, with what each role of $1 may do with each column.
select
  n.nspname as schema,
  c.relname as name,
  obj_description(c.oid, 'pg_class') as comment,
  (
    select coalesce(json_agg(role), '[]')
    from unnest($1::text[]) as role
    where has_table_privilege(role || webhooks_internal.role_suffix(), c.oid, 'delete')
  ) as deletable_by,
  coalesce(
    (
      select json_agg(k.attname order by key.place)
      from pg_index i
      cross join lateral unnest(i.indkey::smallint[]) with ordinality as key (attnum, place)
      join pg_attribute k on k.attrelid = i.indrelid and k.attnum = key.attnum
      where i.indrelid = c.oid and i.indisprimary
    ),
    '[]'
  ) as primary_key,
  coalesce(
    (
      select json_agg(
        (
          select json_agg(k.attname order by key.place)
          from unnest(i.indkey::smallint[]) with ordinality as key (attnum, place)
          join pg_attribute k on k.attrelid = i.indrelid and k.attnum = key.attnum
          where key.place <= i.indnkeyatts
        )
        order by i.indexrelid
      )
      from pg_index i
      where i.indrelid = c.oid and i.indisunique and i.indisvalid and i.indpred is null and i.indexprs is null
    ),
    '[]'
  ) as unique_keys,
  coalesce(
    (
      select json_agg(
        json_build_object(
          'name', con.conname,
          'columns', (
            select json_agg(a.attname order by key.place)
            from unnest(con.conkey) with ordinality as key (attnum, place)
            join pg_attribute a on a.attrelid = con.conrelid and a.attnum = key.attnum
          ),
          'schema', fn.nspname,
          'table', fc.relname,
          'references', (
            select json_agg(a.attname order by key.place)
            from unnest(con.confkey) with ordinality as key (attnum, place)
            join pg_attribute a on a.attrelid = con.confrelid and a.attnum = key.attnum
          )
        )
        order by con.conname
      )
      from pg_constraint con
      join pg_class fc on fc.oid = con.confrelid
      join pg_namespace fn on fn.oid = fc.relnamespace
      where con.conrelid = c.oid and con.contype = 'f' and con.conparentid = 0
    ),
    '[]'
  ) as foreign_keys,
  (
    select json_agg(
      json_build_object(
        'name', a.attname,
        'type', format_type(a.atttypid, a.atttypmod),
        'baseType', format_type(coalesce(nullif(t.typbasetype, 0), t.oid), null),
        'isNullable', not a.attnotnull,
        'isGenerated', a.attgenerated <> '',
        'default', case when a.attgenerated = '' then pg_get_expr(d.adbin, d.adrelid) end,
        'comment', col_description(c.oid, a.attnum),
        'privileges', (
          select json_object_agg(
            role,
            json_build_object(
              'select', has_column_privilege(role || webhooks_internal.role_suffix(), c.oid, a.attnum, 'select'),
              'insert', has_column_privilege(role || webhooks_internal.role_suffix(), c.oid, a.attnum, 'insert'),
              'update', has_column_privilege(role || webhooks_internal.role_suffix(), c.oid, a.attnum, 'update')
            )
          )
          from unnest($1::text[]) as role
        )
      )
      order by a.attnum
    )
    from pg_attribute a
    join pg_type t on t.oid = a.atttypid
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  ) as columns
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
join pg_roles service on service.rolname = ($1::text[])[1] || webhooks_internal.role_suffix()
where c.relkind in ('r', 'p', 'v', 'm', 'f')
  and n.nspname = any($2::text[])
  and (
    exists (select from aclexplode(c.relacl) as acl where acl.grantee = service.oid)
    or exists (
      select
      from pg_attribute a
      cross join lateral aclexplode(a.attacl) as acl
      where a.attrelid = c.oid and not a.attisdropped and acl.grantee = service.oid
    )
  )
order by array_position($2::text[], n.nspname::text), c.relname
