-- The next events of an organization; the content only of those in which one of the words stands.
-- $1 organization, $2 until, $3 and $4 the last row seen, $5 words, $6 rows to look at.
select e.id, e.event, e.created_at::text,
  case when webhooks_internal.mentions(e.data::text || coalesce(e.previous::text, ''), $5::text[]) then e.data::text end as data,
  e.previous::text as previous
from webhooks.webhook_events e
where e.organization_id = $1::uuid and e.created_at >= $3::timestamptz and e.created_at < $2::timestamptz
  and (e.created_at, e.id) > ($3::timestamptz, $4::uuid)
order by e.created_at, e.id
limit $6
