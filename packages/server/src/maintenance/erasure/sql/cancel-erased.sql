-- Nothing more of these events ($1) of an organization ($2) is sent: what was not fanned out is not any more, what waits is cancelled. What is being sent
-- just now is left to a later call.
with forgotten as (
  delete from webhooks_internal.outbox where event_id = any ($1::uuid[]) and organization_id = $2::uuid
),
stopped as (
  delete from webhooks_internal.queue
  where delivery_id in (
    select q.delivery_id
    from webhooks_internal.queue q
    where q.delivery_id = any (array(
        select d.id from webhooks.webhook_deliveries d
        where d.event_id = any ($1::uuid[]) and d.organization_id = $2::uuid))
      and (q.lease is null or q.due_at < now())
    for update of q
  )
  returning delivery_id
)
update webhooks.webhook_deliveries d
set status = 'cancelled', reason = 'record erased', next_attempt_at = null, completed_at = now(), updated_at = now()
where d.id = any (array(select delivery_id from stopped)) and d.status in ('pending', 'retrying')
