-- Gives back what dead nodes held. $1: seconds without a heartbeat after which a node counts as dead.
with dead as (
  select distinct d.lease_node
  from webhooks.webhook_deliveries d
  where d.lease_node is not null
    and not exists (
      select from webhooks_internal.nodes n
      where n.id = d.lease_node and n.seen_at > now() - $1::integer * interval '1 second'
    )
),
forgotten as (
  delete from webhooks_internal.nodes where seen_at < now() - interval '1 day'
)
update webhooks.webhook_deliveries d
set lease = null, lease_node = null, due_at = now()
from dead
where d.lease_node = dead.lease_node
