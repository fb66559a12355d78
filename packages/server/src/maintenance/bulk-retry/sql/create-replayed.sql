-- Deliveries of events that had none for this webhook, due now. $1 ids, $2 events, $3 event types, $4 records, $5 webhook,
-- $6 its organization.
with created as (
  insert into webhooks.webhook_deliveries (id, organization_id, webhook_id, event_id, event, reason, record_id, redact)
  select n.id, $6::uuid, $5::uuid, n.event_id, n.event, 'replayed', n.record_id,
    (select t.redact from webhooks_internal.targets t where t.webhook_id = $5::uuid)
  from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) as n (id, event_id, event, record_id)
  returning id, webhook_id
)
insert into webhooks_internal.queue (delivery_id, webhook_id)
select id, webhook_id from created
