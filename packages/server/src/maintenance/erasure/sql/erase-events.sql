-- The rows stay, and with them the counts; what they say is gone. $1 events, $2 their organization.
with erased_deliveries as (
  update webhooks.webhook_deliveries
  set reason = 'record erased', last_error = null
  where event_id = any ($1::uuid[]) and organization_id = $2::uuid
  returning id
),
erased_attempts as (
  update webhooks_internal.attempts
  set request_body = null, response_headers = null, response_body = null, error_message = null, diagnosis = null
  where delivery_id = any (array(select id from erased_deliveries))
),
erased_events as (
  update webhooks.webhook_events set data = '{"erased":true}', previous = null
  where id = any ($1::uuid[]) and organization_id = $2::uuid
)
select count(*) as deliveries from erased_deliveries
