-- Those of some events that are not fanned out yet. $1 events.
select event_id from webhooks_internal.outbox where event_id = any ($1::uuid[])
