delete from webhooks.webhook_delivery_faults
where id = any (array(
  select id from webhooks.webhook_delivery_faults
  where created_at < now() - :retention_ms::double precision * interval '1 millisecond'
  order by created_at
  limit :batch
))
