-- Stores a request, and deletes all but the latest 49 of the earlier ones.
with stored as (
  insert into webhooks.webhook_inbox_requests (inbox_id, organization_id, method, headers, body, body_bytes, signature)
  select :inbox_id::uuid, :organization_id::uuid, :method, :headers::json, :body, :body_bytes::integer, :signature
  from webhooks.webhook_inboxes i
  where i.id = :inbox_id::uuid
)
delete from webhooks.webhook_inbox_requests
where id in (
  select r.id from webhooks.webhook_inbox_requests r
  where r.inbox_id = :inbox_id::uuid
  order by r.created_at desc, r.id desc
  offset 49
)
