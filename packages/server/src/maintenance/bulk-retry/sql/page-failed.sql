-- The next deliveries of a webhook, each with whether to retry it: those that had failed for good when the retry was
-- requested, at :requested_at. Later failures are left alone, so that the retry ends.
-- :since null for no bound, :event null for any.
select d.id, d.created_at::text as "created_at!",
  d.status = 'failed' and d.reason is distinct from 'record erased' and d.completed_at < :requested_at::timestamptz
    and (:event?::text is null or d.event = :event?::text) as "is_wanted!"
from webhooks.webhook_deliveries d
where d.webhook_id = :webhook_id::uuid and d.organization_id = :organization_id::uuid
  and d.created_at >= greatest(:since?::timestamptz, :after_created_at::timestamptz) and d.created_at < :until::timestamptz
  and (d.created_at, d.id) > (:after_created_at::timestamptz, :after_id::uuid)
order by d.created_at, d.id
limit :limit
