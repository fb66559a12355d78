-- What is sent to those who are not to be told everything, cut where it is for every later attempt too: in the database.
-- $1 deliveries.
select d.id, webhooks_internal.delivery_body(d.redact, e.event, e.timestamp, e.data, e.previous) as body
from webhooks.webhook_deliveries d
join webhooks.webhook_events e on e.id = d.event_id
where d.id = any ($1::uuid[])
