-- One batch of the default partition, where ids do not tell the day.
delete from webhooks_internal.attempts_default
where id = any (array(
  select id from webhooks_internal.attempts_default
  where created_at < (now() at time zone 'UTC')::date - :kept_days::integer
  order by created_at
  limit :batch
))
