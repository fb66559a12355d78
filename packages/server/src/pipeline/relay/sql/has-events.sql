-- Also those that another node has just leased: a relay that finds none then has lost nothing but a moment.
select exists (
  select from webhooks_internal.outbox
  where not id <@ :held::int8multirange and id <> all (:except::bigint[])
) as "has_events!"
