-- The tables that captures depend on, as they are now. $1: JSON list of {place, schema, name, oid}, the last as it was when recorded.
select
  wanted.place,
  c.oid::bigint as oid,
  -- What is called something else now.
  (
    select format('%I.%I', fn.nspname, f.relname)
    from pg_class f
    join pg_namespace fn on fn.oid = f.relnamespace
    where f.oid::bigint = wanted.oid and f.oid is distinct from c.oid
  ) as "movedTo",
  coalesce(
    (
      select json_agg(json_build_object(
        'name', a.attname,
        'number', a.attnum,
        'type', format_type(coalesce(nullif(t.typbasetype, 0), t.oid), null)
      ) order by a.attnum)
      from pg_attribute a
      join pg_type t on t.oid = a.atttypid
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    ),
    '[]'
  ) as columns
from json_to_recordset($1::json) as wanted (place integer, schema text, name text, oid bigint)
left join pg_namespace n on n.nspname = wanted.schema
left join pg_class c on c.relnamespace = n.oid and c.relname = wanted.name
order by wanted.place
