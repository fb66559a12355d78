-- The new one and the last 999 before it. $1 organization, $2 provider, $3 reason, $4 payload.
with kept as (
  insert into webhooks.webhook_source_payloads (organization_id, provider, reason, payload)
  values ($1::uuid, $2, $3, $4)
)
delete from webhooks.webhook_source_payloads
where id in (
  select p.id from webhooks.webhook_source_payloads p
  where p.organization_id = $1::uuid
  order by p.created_at desc, p.id desc
  offset 999
)
