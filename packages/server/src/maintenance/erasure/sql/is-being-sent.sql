select exists (
  select from webhooks_internal.queue q
  where q.delivery_id = any (array(
    select d.id from webhooks.webhook_deliveries d
    where d.event_id = any (:event_ids::uuid[]) and d.organization_id = :organization_id::uuid
  ))
) or exists (
  select from webhooks_internal.outbox o
  where o.event_id = any (:event_ids::uuid[]) and o.organization_id = :organization_id::uuid
) as "is_being_sent!"
