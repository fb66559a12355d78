-- $1 organizations, $2 stages, $3 events, $4 event types, $5 webhooks, $6 deliveries, $7 reasons.
insert into webhooks.webhook_delivery_faults (organization_id, stage, event_id, event, webhook_id, delivery_id, reason)
select * from unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::uuid[], $6::uuid[], $7::text[])
