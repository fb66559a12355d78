-- The events of a sync are for one webhook: nobody matches them with the others. :after: an id of the outbox from before their insert.
delete from webhooks_internal.outbox where id > :after::bigint and event_id = any (:event_ids::uuid[])
