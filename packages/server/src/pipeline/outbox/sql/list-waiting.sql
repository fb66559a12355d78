-- What a batch would lease.
select id from webhooks_internal.outbox
where not id <@ :held::int8multirange
  and not id <@ coalesce((select range_agg(l.events) from webhooks_internal.outbox_leases l where l.node_id <> :node_id::uuid), '{}')
  and id <> all (:except::bigint[])
order by id limit :limit
