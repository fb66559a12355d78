-- Notes that something arrived, at most once a minute, and queues it, unless the organization has too much queued. Returns a row
-- if it was queued.
with received as (
  update webhooks.webhook_sources set last_received_at = now()
  where id = :source_id::uuid and coalesce(last_received_at < now() - interval '1 minute', true)
),
waiting as (
  select count(*) as payloads, coalesce(sum(q.bytes), 0) as bytes
  from (
    select octet_length(payload) as bytes from webhooks_internal.source_queue
    where organization_id = :organization_id::uuid
    limit :max_waiting::integer
  ) as q
),
queued as (
  insert into webhooks_internal.source_queue (organization_id, provider, payload)
  select :organization_id::uuid, :provider, :payload::bytea from waiting
  where waiting.payloads < :max_waiting::integer and waiting.bytes + octet_length(:payload::bytea) <= :max_waiting_bytes::bigint
  returning id
)
select id, pg_notify('webhooks_sources', '') as notified from queued
