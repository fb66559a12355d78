-- Read inside the fan-out's own transaction, never cached: a webhook that was created, changed or switched off before
-- the event counts as it is now. Those that are off are read too, so that what they miss is counted.
select * from webhooks_internal.targets where organization_id = any ($1::uuid[])
