-- The next events of an organization; `data` is null where none of the words is mentioned.
select e.id, e.event, e.created_at::text as "created_at!",
  case when webhooks_internal.mentions(e.data::text || coalesce(e.previous::text, ''), :words::text[]) then e.data::text end as data,
  e.previous::text as previous
from webhooks.webhook_events e
where e.organization_id = :organization_id::uuid
  and e.created_at >= :after_created_at::timestamptz and e.created_at < :until::timestamptz
  and (e.created_at, e.id) > (:after_created_at::timestamptz, :after_id::uuid)
order by e.created_at, e.id
limit :limit
