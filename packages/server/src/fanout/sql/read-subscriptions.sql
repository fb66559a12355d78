-- Read inside the fan-out's own transaction, never cached: a webhook that was created, changed or switched off before
-- the event counts as it is now. Those that are off are read too, so that what they miss is counted.
select id as webhook_id, organization_id, events, is_active, filter, url, secret, sealed_headers, timeout_ms, max_in_flight
from webhooks.webhook_configurations
where organization_id = any ($1::uuid[])
