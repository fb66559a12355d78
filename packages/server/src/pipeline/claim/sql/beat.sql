-- Says that this node lives, and returns the others that are dead. A lease of the outbox whose node is not registered was left by
-- a dead one, too.
with beaten as (
  insert into webhooks_internal.nodes (id) values (:node_id) on conflict (id) do update set seen_at = now()
)
select n.id as "id!" from webhooks_internal.nodes n
where n.seen_at < now() - :dead_after_seconds::integer * interval '1 second' and n.id <> :node_id
union all
select l.node_id from webhooks_internal.outbox_leases l
where l.node_id <> :node_id and not exists (select from webhooks_internal.nodes n where n.id = l.node_id)
