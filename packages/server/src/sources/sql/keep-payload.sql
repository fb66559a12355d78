-- Keeps the payload, and of the earlier ones the last 999, as far as all of them fit into :max_bytes.
with kept as (
  insert into webhooks.webhook_source_payloads (organization_id, provider, reason, payload)
  select :organization_id::uuid, :provider, left(:reason, 2000), :payload
  -- It may have been deleted while the payload waited.
  where exists (select from public.organizations where id = :organization_id::uuid)
)
delete from webhooks.webhook_source_payloads
where id in (
  select p.id
  from (
    select id, row_number() over newest as place,
      sum(octet_length(payload) + octet_length(reason)) over newest as bytes
    from webhooks.webhook_source_payloads
    where organization_id = :organization_id::uuid
    window newest as (order by created_at desc, id desc)
  ) as p
  where p.place > 999 or p.bytes > :max_bytes::bigint - octet_length(:payload) - 2000
)
