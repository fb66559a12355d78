insert into webhooks.webhook_delivery_faults (organization_id, stage, event_id, event, webhook_id, delivery_id, reason)
select * from unnest(:organizations::uuid[], :stages::text[], :events::uuid[], :event_types::text[], :webhooks::uuid[], :deliveries::uuid[], :reasons::text[])
