-- Events of these organizations in the order of their times: the ids of events may be the caller's.
select e.id, (extract(epoch from e.created_at) * 1000)::float8 as "at!"
from webhooks.webhook_events e
where e.organization_id = any (:organizations::uuid[]) and e.created_at > to_timestamp(:floor_seconds::float8)
order by e.created_at, e.id
limit :limit
