-- The next events of an organization that are not erased. Those of an initial sync are for its webhook alone, and are not replayed.
-- :since null for no bound, :has_bodies whether bodies are wanted, :event the event type whose bodies are wanted, null for all.
select e.id, e.organization_id, e.event, e.origin, e.created_at::text as "created_at!",
  case when :has_bodies::boolean and (:event?::text is null or e.event = :event?::text)
    then webhooks_internal.event_body(e.event, e.timestamp, e.data, e.previous) else '' end as "body!"
from webhooks.webhook_events e
where e.organization_id = :organization_id::uuid
  and e.created_at >= greatest(:since?::timestamptz, :after_created_at::timestamptz) and e.created_at < :until::timestamptz
  and e.data::text <> '{"erased":true}' and e.source <> 'sync'
  and (e.created_at, e.id) > (:after_created_at::timestamptz, :after_id::uuid)
order by e.created_at, e.id
limit :limit
