-- What came from sources: payloads that could not be used, and what a provider says of a message that is not there yet.
-- $1 organization, $2 words.
with payloads as (
  update webhooks.webhook_source_payloads set payload = '{"erased":true}'
  where organization_id = $1::uuid and webhooks_internal.mentions(payload, $2::text[])
  returning id
),
statuses as (
  update webhooks_internal.early_statuses set error = null
  where organization_id = $1::uuid and webhooks_internal.mentions(error, $2::text[])
  returning external_id
)
select (select count(*) from payloads) + (select count(*) from statuses) as erased
