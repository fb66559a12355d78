-- Payloads of sources that could not be used, and statuses of messages that have not arrived yet.
with payloads as (
  update webhooks.webhook_source_payloads set payload = '{"erased":true}'
  where organization_id = :organization_id::uuid and webhooks_internal.mentions(payload, :words::text[])
  returning id
),
statuses as (
  update webhooks_internal.early_statuses set error = null
  where organization_id = :organization_id::uuid and webhooks_internal.mentions(error, :words::text[])
  returning external_id
)
select (select count(*) from payloads) + (select count(*) from statuses) as "erased!"
