-- Days from today that have no partition of this table yet.
select to_char(wanted.day, 'YYYY-MM-DD') as "day!"
from (
  select (now() at time zone 'UTC')::date + ahead as day from generate_series(0, :days_ahead::integer) ahead
) as wanted
where not exists (
  select from webhooks_internal.partitions p where p.parent = :parent::text::regclass and p.day = wanted.day
)
order by wanted.day
