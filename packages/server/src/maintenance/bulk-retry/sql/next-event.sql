-- Only the keys: the content may be what cannot be read. :since null for no bound.
select e.id, e.created_at::text as "created_at!", e.event
from webhooks.webhook_events e
where e.organization_id = :organization_id::uuid
  and e.created_at >= greatest(:since?::timestamptz, :after_created_at::timestamptz)
  and e.created_at < :until::timestamptz and (e.created_at, e.id) > (:after_created_at::timestamptz, :after_id::uuid)
order by e.created_at, e.id
limit 1
