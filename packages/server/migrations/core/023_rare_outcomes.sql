-- People search for what is rare: deliveries that are not delivered, and tests. These indexes have no entry for a delivery that
-- succeeds at once, so they cost it nothing. One that waits first pays: a change of its status is no longer a heap-only update.
--
-- `on only`: a partition that is made from now on gets them when it is attached; the tables of before, which may be large, are
-- searched as before until they expire. The tables for rows of no day are small.
create index webhook_deliveries_organization_rare on only webhooks.webhook_deliveries (organization_id, status, created_at desc)
where status <> 'delivered';
create index webhook_deliveries_webhook_rare on only webhooks.webhook_deliveries (webhook_id, status, created_at desc)
where status <> 'delivered';
create index attempts_organization_tests on only webhooks_internal.attempts (organization_id, created_at desc)
where trigger = 'test';

create index webhook_deliveries_default_organization_rare
on webhooks_internal.webhook_deliveries_default (organization_id, status, created_at desc) where status <> 'delivered';
alter index webhooks.webhook_deliveries_organization_rare
  attach partition webhooks_internal.webhook_deliveries_default_organization_rare;
create index webhook_deliveries_default_webhook_rare
on webhooks_internal.webhook_deliveries_default (webhook_id, status, created_at desc) where status <> 'delivered';
alter index webhooks.webhook_deliveries_webhook_rare
  attach partition webhooks_internal.webhook_deliveries_default_webhook_rare;
create index attempts_default_organization_tests
on webhooks_internal.attempts_default (organization_id, created_at desc) where trigger = 'test';
alter index webhooks_internal.attempts_organization_tests
  attach partition webhooks_internal.attempts_default_organization_tests;
