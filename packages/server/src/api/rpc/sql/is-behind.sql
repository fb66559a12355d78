-- Whether others about the record of this delivery come first, of a webhook with an order.
select exists (
  select from webhooks_internal.queue q
  where q.webhook_id = d.webhook_id and q.record_key = webhooks_internal.record_key(d.event, d.record_id) and q.delivery_id <> d.id
    and q.due_at <> webhooks_internal.never_due()
    and q.turn < coalesce(
      (select own.turn from webhooks_internal.queue own where own.delivery_id = d.id), 9223372036854775807)
) as "is_behind!"
from webhooks.webhook_deliveries d
where d.id = :id::uuid
