-- Events that no node holds, of other organizations than :busy, behind a backlog. Reads at most :range rows after :after.
-- `looked_to`: where the next search begins.
with found as (
  select o.id
  from webhooks_internal.outbox o
  where o.id > :after::bigint and o.id <= :after::bigint + :range::integer
    and o.organization_id <> all (:busy::uuid[])
    and not o.id <@ :held::int8multirange
    and not o.id <@ coalesce(
      (select range_agg(l.events) from webhooks_internal.outbox_leases l where l.node_id <> :node_id::uuid), '{}')
  order by o.id limit :limit
)
select array(select id from found)::text as "found!",
  least(:after::bigint + :range::integer, (select max(id) from webhooks_internal.outbox)) as looked_to
