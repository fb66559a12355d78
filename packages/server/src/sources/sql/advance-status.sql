-- The status of an outbound message only moves forward. Of a late status, the time alone is stored, which still emits its event
-- once. A failure is ignored once the message has been delivered. Returns the message if it exists.
update public.messages m
set
  status = case
    when array_position(array['queued', 'sent', 'failed', 'delivered', 'read'], :status::text)
      > array_position(array['queued', 'sent', 'failed', 'delivered', 'read'], m.status)
    then :status::text else m.status end,
  sent_at = case when :status::text = 'sent' then coalesce(m.sent_at, :reached_at::timestamptz) else m.sent_at end,
  delivered_at = case when :status::text = 'delivered' then coalesce(m.delivered_at, :reached_at::timestamptz) else m.delivered_at end,
  read_at = case when :status::text = 'read' then coalesce(m.read_at, :reached_at::timestamptz) else m.read_at end,
  failed_at = case
    when :status::text = 'failed' and m.status not in ('delivered', 'read') then coalesce(m.failed_at, :reached_at::timestamptz)
    else m.failed_at end,
  error = case when :status::text = 'failed' and m.status not in ('delivered', 'read') then :error?::text else m.error end
where m.organization_id = :organization_id::uuid and m.external_id = :external_id and m.direction = 'outbound'
returning m.id
