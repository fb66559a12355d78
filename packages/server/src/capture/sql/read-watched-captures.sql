-- What is to be captured, and whether that was checked within the last $1 milliseconds.
select c.id, coalesce(c.subject, c.record) as record, name.parts[1] as schema, name.parts[2] as name, c.map, c.expected, c.problems, c.status, c.stamp as "knownStamp",
  -- Before anything else is looked at: what is altered afterwards is found by the next check.
  webhooks_internal.capture_stamp(c.relation) as stamp,
  c.checked_at is not null and c.checked_at > now() - $1::double precision * interval '1 millisecond' as "isFresh"
from webhooks_internal.captures c
cross join lateral (select parse_ident(c.relation) as parts) as name
order by c.id
limit 10000
