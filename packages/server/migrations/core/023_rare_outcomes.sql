-- People search for what is rare: deliveries that are not delivered, and tests. These indexes have no entry for a delivery that
-- succeeds at once, so they cost it nothing. One that waits first pays: a change of its status is no longer a heap-only update.
create index webhook_deliveries_organization_rare on webhooks.webhook_deliveries (organization_id, status, created_at desc)
where status <> 'delivered';
create index webhook_deliveries_webhook_rare on webhooks.webhook_deliveries (webhook_id, status, created_at desc)
where status <> 'delivered';
create index attempts_organization_tests on webhooks_internal.attempts (organization_id, created_at desc)
where trigger = 'test';
