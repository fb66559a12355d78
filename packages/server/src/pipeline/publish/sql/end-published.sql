-- Removes published events from the outbox, if this node still holds the lease, and lets other nodes lease.
with held as (
  update webhooks_internal.outbox_leases set events = '{}'
  where node_id = :node_id::uuid and lease = :lease::uuid
  returning node_id
),
gone as (
  delete from webhooks_internal.outbox o
  where o.id = any (:ids::bigint[]) and exists (select from held)
)
select exists (select from held) as "is_held!"
