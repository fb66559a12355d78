-- The rows stay, and with them the counts; their content is erased.
with erased_deliveries as (
  update webhooks.webhook_deliveries
  set reason = 'record erased', last_error = null
  where event_id = any (:event_ids::uuid[]) and organization_id = :organization_id::uuid
  returning id
),
erased_attempts as (
  update webhooks_internal.attempts
  set request_body = null, response_headers = null, response_body = null, error_message = null, diagnosis = null
  where delivery_id = any (array(select id from erased_deliveries))
),
erased_events as (
  update webhooks.webhook_events set data = '{"erased":true}', previous = null
  where id = any (:event_ids::uuid[]) and organization_id = :organization_id::uuid
)
select count(*) as "deliveries!" from erased_deliveries
