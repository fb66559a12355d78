delete from webhooks.audit_log
where id = any (array(
  select id from webhooks.audit_log
  where at < now() - :retention_ms::double precision * interval '1 millisecond'
  order by at
  limit :batch
))
