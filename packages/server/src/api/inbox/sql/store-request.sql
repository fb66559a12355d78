-- Stores what arrived and deletes what is no longer among the inbox's latest: the new one and 49 of those before it.
-- $1 inbox, $2 organization, $3 method, $4 headers, $5 body, $6 its size, $7 signature.
with stored as (
  insert into webhooks.webhook_inbox_requests (inbox_id, organization_id, method, headers, body, body_bytes, signature)
  select $1::uuid, $2::uuid, $3, $4::json, $5, $6::integer, $7
  from webhooks.webhook_inboxes i
  where i.id = $1::uuid
)
delete from webhooks.webhook_inbox_requests
where id in (
  select r.id from webhooks.webhook_inbox_requests r
  where r.inbox_id = $1::uuid
  order by r.created_at desc, r.id desc
  offset 49
)
