-- One batch of what is older than it is kept. $1 level, $2 days, $3 batch.
delete from webhooks_internal.attempt_rollups
where ctid = any (array(
  select ctid from webhooks_internal.attempt_rollups
  where level = $1 and period < now() - $2::float8 * interval '1 day'
  order by period
  limit $3
))
