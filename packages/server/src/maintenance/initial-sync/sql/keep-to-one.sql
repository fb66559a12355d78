-- The events of a sync are for one webhook: the relay does not match them. :after: an id of the outbox from before their insert.
delete from webhooks_internal.outbox where id > :after::bigint and event_id = any (:event_ids::uuid[])
