-- What arrived at the test receiver, and what could not be captured. A fault does not say whose it is, and another organization's
-- record may have the same id: its ids stay, by which the event can still be emitted, and where only a word stands, only that goes.
-- $1 organization, $2 words, $3 ids, $4 a pattern of the words.
with inbox as (
  update webhooks.webhook_inbox_requests set headers = '{}', body = '{"erased":true}'
  where organization_id = $1::uuid and webhooks_internal.mentions(headers::text || body, $2::text[])
  returning id
),
faults as (
  update webhooks.webhook_capture_faults
  set message = case when record_ids && $3::text[] then 'erased' else regexp_replace(message, $4, 'erased', 'g') end
  where record_ids && $3::text[] or webhooks_internal.mentions(message, $2::text[])
  returning id
)
select (select count(*) from inbox) + (select count(*) from faults) as erased
