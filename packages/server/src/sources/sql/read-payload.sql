-- The first :bytes bytes.
select substring(payload from 1 for :bytes::integer) as "payload!" from webhooks_internal.source_queue where id = :id::uuid
