-- Notes that something arrived, at most once a minute, and queues it, unless too much of the organization waits already. The
-- answer: a row if it was queued. $1 source, $2 organization, $3 provider, $4 payload, $5 payloads and $6 bytes that may wait.
with received as (
  update webhooks.webhook_sources set last_received_at = now()
  where id = $1::uuid and coalesce(last_received_at < now() - interval '1 minute', true)
),
waiting as (
  select count(*) as payloads, coalesce(sum(q.bytes), 0) as bytes
  from (
    select octet_length(payload) as bytes from webhooks_internal.source_queue
    where organization_id = $2::uuid
    limit $5::integer
  ) as q
),
queued as (
  insert into webhooks_internal.source_queue (organization_id, provider, payload)
  select $2::uuid, $3, $4::bytea from waiting
  where waiting.payloads < $5::integer and waiting.bytes + octet_length($4::bytea) <= $6::bigint
  returning id
)
select id, pg_notify('webhooks_sources', '') as notified from queued
