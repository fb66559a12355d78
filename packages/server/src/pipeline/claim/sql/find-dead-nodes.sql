-- A lease of the outbox whose node is not registered was left by one, too.
select id as "id!" from webhooks_internal.nodes where seen_at < now() - :dead_after_seconds::integer * interval '1 second'
union all
select l.node_id from webhooks_internal.outbox_leases l
where not exists (select from webhooks_internal.nodes n where n.id = l.node_id)
