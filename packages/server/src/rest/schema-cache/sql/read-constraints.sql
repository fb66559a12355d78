-- The constraints and unique indexes of the schemas in $1, by which an error of the database names what was wrong.
select
  n.nspname as schema,
  c.relname as relation,
  con.conname as name,
  con.contype::text as kind,
  (
    select json_agg(a.attname order by key.place)
    from unnest(con.conkey) with ordinality as key (attnum, place)
    join pg_attribute a on a.attrelid = con.conrelid and a.attnum = key.attnum
  ) as columns,
  case when con.contype = 'c' then pg_get_expr(con.conbin, con.conrelid) end as definition,
  case when con.contype = 'f' then fc.relname end as target,
  (
    select json_agg(a.attname order by key.place)
    from unnest(con.confkey) with ordinality as key (attnum, place)
    join pg_attribute a on a.attrelid = con.confrelid and a.attnum = key.attnum
  ) as target_columns
from pg_constraint con
join pg_class c on c.oid = con.conrelid
join pg_namespace n on n.oid = c.relnamespace
left join pg_class fc on fc.oid = con.confrelid
where n.nspname = any($1::text[]) and con.contype in ('c', 'f', 'p', 'u') and con.conkey is not null
union all
select
  n.nspname,
  c.relname,
  ic.relname,
  'u',
  (
    select json_agg(a.attname order by key.place)
    from unnest(i.indkey::smallint[]) with ordinality as key (attnum, place)
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = key.attnum
    where key.place <= i.indnkeyatts
  ),
  null,
  null,
  null
from pg_index i
join pg_class ic on ic.oid = i.indexrelid
join pg_class c on c.oid = i.indrelid
join pg_namespace n on n.oid = c.relnamespace
where n.nspname = any($1::text[])
  and i.indisunique
  and i.indexprs is null
  and not exists (select from pg_constraint con where con.conindid = i.indexrelid and con.contype in ('p', 'u'))
