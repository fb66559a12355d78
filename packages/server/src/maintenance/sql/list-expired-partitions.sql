-- Each partition with its ids: from `lowest`, below `beyond`.
select p.partition::text as "partition!", webhooks_internal.lowest_id(p.day) as "lowest!",
  webhooks_internal.lowest_id(p.day + 1) as "beyond!"
from webhooks_internal.partitions p
where p.day < (now() at time zone 'UTC')::date - :kept_days::integer
order by p.day
