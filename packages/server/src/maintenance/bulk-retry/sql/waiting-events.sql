-- Those of the events that are still in the outbox.
select event_id from webhooks_internal.outbox where event_id = any (:event_ids::uuid[]) and organization_id = :organization_id::uuid
