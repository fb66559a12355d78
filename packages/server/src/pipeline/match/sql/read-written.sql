-- The deliveries that a node had written before it lost its lease of their events.
select event_id, organization_id, webhook_id from webhooks.webhook_deliveries
where event_id = any (:events::uuid[]) and organization_id = any (:organizations::uuid[])
