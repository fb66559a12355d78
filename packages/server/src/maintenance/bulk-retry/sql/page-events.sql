-- The next events of an organization, but those that were erased. $1 organization, $2 since, $3 until, $4 and $5 the last row seen, $6 rows to look at,
-- $7 the event type whose bodies are wanted, null for all, $8 whether bodies are wanted.
select e.id, e.organization_id, e.event, e.origin, e.created_at::text,
  case when $8::boolean and ($7::text is null or e.event = $7::text)
    then webhooks_internal.event_body(e.event, e.timestamp, e.data, e.previous) else '' end as body
from webhooks.webhook_events e
where e.organization_id = $1::uuid
  and e.created_at >= greatest($2::timestamptz, $4::timestamptz) and e.created_at < $3::timestamptz
  and e.data::text <> '{"erased":true}'
  and (e.created_at, e.id) > ($4::timestamptz, $5::uuid)
order by e.created_at, e.id
limit $6
