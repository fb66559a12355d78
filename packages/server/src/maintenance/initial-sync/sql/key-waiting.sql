-- Gives turns to deliveries of a webhook that waited before it had an order, by the time at which they were made, before all that have
-- a turn. Looks at :limit rows of the queue from :after on. `last`: the last one that it looked at; null: there are no more. Runs after
-- lock-outbox.sql.
with seen as materialized (
  select q.delivery_id, q.webhook_id, q.record_key from webhooks_internal.queue q
  where q.delivery_id > :after::uuid order by q.delivery_id limit :limit
),
keyed as (
  update webhooks_internal.queue q
  set record_key = webhooks_internal.record_key(d.event, d.record_id),
    turn = (extract(epoch from d.created_at) * 1000000)::bigint - 10000000000000000
  from seen s
  join webhooks.webhook_deliveries d on d.id = s.delivery_id
  where s.webhook_id = :webhook_id::uuid and s.record_key is null and d.record_id is not null and q.delivery_id = s.delivery_id
)
select max(delivery_id::text) as last from seen
