-- Stops sending these events: events in the outbox are removed from it, and queued deliveries are cancelled. Events and
-- deliveries that a node has leased are left to a later call.
with forgotten as (
  delete from webhooks_internal.outbox o
  where o.event_id = any (:event_ids::uuid[]) and o.organization_id = :organization_id::uuid
    and not exists (select from webhooks_internal.outbox_leases l where l.events @> o.id)
),
stopped as (
  delete from webhooks_internal.queue
  where delivery_id in (
    select q.delivery_id
    from webhooks_internal.queue q
    where q.delivery_id = any (array(
        select d.id from webhooks.webhook_deliveries d
        where d.event_id = any (:event_ids::uuid[]) and d.organization_id = :organization_id::uuid))
      and (q.lease is null or q.due_at < now())
    for update of q
  )
  returning delivery_id
)
update webhooks.webhook_deliveries d
set status = 'cancelled', reason = 'record erased', next_attempt_at = null, completed_at = now(), updated_at = now()
where d.id = any (array(select delivery_id from stopped)) and d.status in ('pending', 'retrying')
