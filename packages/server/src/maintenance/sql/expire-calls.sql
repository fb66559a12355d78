delete from webhooks_internal.repeated_calls
where id = any (array(
  select id from webhooks_internal.repeated_calls
  where expires_at <= now()
  order by expires_at
  limit :batch
  for update skip locked
))
