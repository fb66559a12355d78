-- The columns of the tables $1, in their order.
select wanted.relation, a.attname as name, format_type(a.atttypid, a.atttypmod) as type
from unnest($1::text[]) as wanted (relation)
join pg_attribute a on a.attrelid = wanted.relation::regclass and a.attnum > 0 and not a.attisdropped
order by wanted.relation, a.attnum
