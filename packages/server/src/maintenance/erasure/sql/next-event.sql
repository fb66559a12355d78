-- Only the keys: the content may be what cannot be read.
select e.created_at::text as "created_at!", e.id
from webhooks.webhook_events e
where e.organization_id = :organization_id::uuid
  and e.created_at >= :after_created_at::timestamptz and e.created_at < :until::timestamptz
  and (e.created_at, e.id) > (:after_created_at::timestamptz, :after_id::uuid)
order by e.created_at, e.id
limit 1
