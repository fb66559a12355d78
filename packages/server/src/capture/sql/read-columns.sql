-- The columns of the tables $1, in their order.
select wanted.relation, a.attname as name, format_type(a.atttypid, a.atttypmod) as type, c.relnatts::integer as columns_ever
from unnest($1::text[]) as wanted (relation)
join pg_class c on c.oid = wanted.relation::regclass
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
order by wanted.relation, a.attnum
