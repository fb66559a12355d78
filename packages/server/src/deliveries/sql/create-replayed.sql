-- Deliveries of events that had none for this webhook, due now. $1 rows, $2 webhook, $3 its organization.
with created as (
  insert into webhooks.webhook_deliveries (id, organization_id, webhook_id, event_id, event, reason, record_id, redact)
  select n.id, $3::uuid, $2::uuid, n.event_id, n.event, 'replayed',
    (select webhooks_internal.record_id(e.data) from webhooks.webhook_events e where e.id = n.event_id),
    (select t.redact from webhooks_internal.targets t where t.webhook_id = $2::uuid)
  from json_to_recordset($1::json) as n (id uuid, event_id uuid, event text)
  returning id, webhook_id
)
insert into webhooks_internal.queue (delivery_id, webhook_id)
select id, webhook_id from created
