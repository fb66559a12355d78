-- Those of an organization's events that are not fanned out yet. $1 events, $2 organization.
select event_id from webhooks_internal.outbox where event_id = any ($1::uuid[]) and organization_id = $2::uuid
