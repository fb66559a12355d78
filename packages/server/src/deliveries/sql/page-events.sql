-- The next events of an organization, with what has become of each for one webhook: whether it has reached it or is on its
-- way, and the delivery that there is. `is_waiting`: it is not fanned out yet, nothing is decided. All of it in one
-- snapshot: an event leaves the outbox in the transaction that creates its deliveries, so it is found in one or the other.
-- $1 webhook, $2 its organization, $3 since, $4 until, $5 and $6 the last row seen, $7 rows to look at, $8 the event type
-- whose bodies are wanted, null for all, $9 whether bodies are wanted.
with seen as (
  select e.id, e.organization_id, e.event, e.created_at, e.timestamp, e.data, e.previous
  from webhooks.webhook_events e
  where e.organization_id = $2::uuid
    and e.created_at >= greatest($3::timestamptz, $5::timestamptz) and e.created_at < $4::timestamptz
    and (e.created_at, e.id) > ($5::timestamptz, $6::uuid)
  order by e.created_at, e.id
  limit $7
)
select s.id, s.organization_id, s.event, s.created_at::text, d.id as delivery_id, coalesce(d.has_reached, false) as has_reached,
  exists (select from webhooks_internal.outbox o where o.event_id = s.id) as is_waiting,
  case when $9::boolean and ($8::text is null or s.event = $8::text)
    then webhooks_internal.event_body(s.event, s.timestamp, s.data, s.previous) else '' end as body
from seen s
left join lateral (
  select d.id,
    d.status = 'delivered'
    or d.status in ('pending', 'retrying') and not exists (
      -- About to be cancelled, because the webhook was off for a moment.
      select from webhooks_internal.cancellations x where x.webhook_id = d.webhook_id and d.created_at <= x.made_before
    ) as has_reached
  from webhooks.webhook_deliveries d
  where d.event_id = s.id and d.webhook_id = $1::uuid
  order by 2 desc
  limit 1
) as d on true
order by s.created_at, s.id
