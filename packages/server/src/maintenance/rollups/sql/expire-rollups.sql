delete from webhooks_internal.attempt_rollups
where ctid = any (array(
  select ctid from webhooks_internal.attempt_rollups
  where level = :level and period < now() - :kept_days::float8 * interval '1 day'
  order by period
  limit :batch
))
