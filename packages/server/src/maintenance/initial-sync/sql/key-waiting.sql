-- Gives turns to the deliveries of a webhook that waited before it had an order. Runs after lock-outbox.sql.
update webhooks_internal.queue q
set record_key = n.key, turn = n.turn
from (
  select q.delivery_id, k.key,
    row_number() over (partition by k.key order by d.created_at, d.id) - 1000000000 as turn
  from webhooks_internal.queue q
  join webhooks.webhook_deliveries d on d.id = q.delivery_id
  cross join lateral (select webhooks_internal.record_key(d.event, d.record_id) as key) as k
  where q.webhook_id = :webhook_id::uuid and q.record_key is null and k.key is not null
) as n
where q.delivery_id = n.delivery_id
