-- Only the keys: the content may be what cannot be read.
select a.created_at::text as "created_at!", a.id
from webhooks_internal.attempts a
where a.organization_id = :organization_id::uuid
  and a.created_at >= :after_created_at::timestamptz and a.created_at < :until::timestamptz
  and (a.created_at, a.id) > (:after_created_at::timestamptz, :after_id::uuid)
order by a.created_at, a.id
limit 1
