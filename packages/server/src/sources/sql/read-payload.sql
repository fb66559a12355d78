-- $1 payload, $2 how many bytes of it.
select substring(payload from 1 for $2::integer) as payload from webhooks_internal.source_queue where id = $1::uuid
