-- The status of an outbound message moves on, never back: of a late one only the time is noted, which emits its event all the
-- same, once. A failure counts for nothing once the message has arrived. The answer: the message, where there is one.
-- $1 organization, $2 the provider's id, $3 status, $4 when, $5 error.
update public.messages m
set
  status = case
    when array_position(array['queued', 'sent', 'failed', 'delivered', 'read'], $3::text)
      > array_position(array['queued', 'sent', 'failed', 'delivered', 'read'], m.status)
    then $3::text else m.status end,
  sent_at = case when $3::text = 'sent' then coalesce(m.sent_at, $4::timestamptz) else m.sent_at end,
  delivered_at = case when $3::text = 'delivered' then coalesce(m.delivered_at, $4::timestamptz) else m.delivered_at end,
  read_at = case when $3::text = 'read' then coalesce(m.read_at, $4::timestamptz) else m.read_at end,
  failed_at = case
    when $3::text = 'failed' and m.status not in ('delivered', 'read') then coalesce(m.failed_at, $4::timestamptz)
    else m.failed_at end,
  error = case when $3::text = 'failed' and m.status not in ('delivered', 'read') then $5::text else m.error end
where m.organization_id = $1::uuid and m.external_id = $2 and m.direction = 'outbound'
returning m.id
