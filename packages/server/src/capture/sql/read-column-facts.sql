-- What the catalog knows about columns beyond their types: whether they may be null, their default, the conditions on
-- them, and what somebody wrote about them.
select
  n.nspname as schema,
  c.relname as table,
  a.attname as column,
  a.attnotnull as "isNotNull",
  pg_get_expr(d.adbin, d.adrelid) as "default",
  (
    select string_agg(pg_get_constraintdef(con.oid), ' ')
    from pg_constraint con
    where con.conrelid = c.oid and con.contype = 'c' and con.conkey = array[a.attnum]
  ) as checks
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
where c.relkind in ('r', 'p')
  and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'webhooks', 'webhooks_internal')
