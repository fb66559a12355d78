-- In the CRM's database.
select id from webhooks.webhook_erasures where created_at > now() - :kept_ms::double precision * interval '1 millisecond'
