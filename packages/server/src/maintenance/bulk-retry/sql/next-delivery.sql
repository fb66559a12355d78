-- Only the keys: the content may be what cannot be read. :since null for no bound.
select d.id, d.created_at::text as "created_at!", d.event_id, d.event
from webhooks.webhook_deliveries d
where d.webhook_id = :webhook_id::uuid and d.organization_id = :organization_id::uuid
  and d.created_at >= greatest(:since?::timestamptz, :after_created_at::timestamptz)
  and d.created_at < :until::timestamptz and (d.created_at, d.id) > (:after_created_at::timestamptz, :after_id::uuid)
order by d.created_at, d.id
limit 1
