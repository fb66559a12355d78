-- $1 milliseconds, $2 batch.
delete from webhooks.audit_log
where id = any (array(
  select id from webhooks.audit_log
  where at < now() - $1::double precision * interval '1 millisecond'
  order by at
  limit $2
))
