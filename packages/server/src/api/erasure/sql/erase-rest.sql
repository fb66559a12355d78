-- What arrived at the test receiver, and what could not be captured. $1 organization, $2 words, $3 ids.
with inbox as (
  update webhooks.webhook_inbox_requests set headers = '{}', body = '{"erased":true}'
  where organization_id = $1::uuid and webhooks_internal.mentions(headers::text || body, $2::text[])
  returning id
),
faults as (
  update webhooks.webhook_capture_faults set message = 'erased', record_ids = '{}'
  where record_ids && $3::text[] or webhooks_internal.mentions(message, $2::text[])
  returning id
)
select (select count(*) from inbox) + (select count(*) from faults) as erased
