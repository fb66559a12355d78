-- The new one and of those before it the last 999, as far as they fit into the bytes. $1 organization, $2 provider, $3 reason,
-- $4 payload, $5 bytes that an organization's payloads may have together.
with kept as (
  insert into webhooks.webhook_source_payloads (organization_id, provider, reason, payload)
  select $1::uuid, $2, left($3, 2000), $4
  -- It may have been deleted while the payload waited.
  where exists (select from public.organizations where id = $1::uuid)
)
delete from webhooks.webhook_source_payloads
where id in (
  select p.id
  from (
    select id, row_number() over newest as place,
      sum(octet_length(payload) + octet_length(reason)) over newest as bytes
    from webhooks.webhook_source_payloads
    where organization_id = $1::uuid
    window newest as (order by created_at desc, id desc)
  ) as p
  where p.place > 999 or p.bytes > $5::bigint - octet_length($4) - 2000
)
