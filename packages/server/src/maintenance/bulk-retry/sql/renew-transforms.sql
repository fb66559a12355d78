-- Deliveries of which nothing was ever sent, because their transform failed or returned nothing, are sent with the present
-- transform: retrying the same one would end in the same way. What was sent once keeps its bytes.
update webhooks.webhook_deliveries d
set shape = t.shape
from webhooks_internal.targets t
where d.id = any (:delivery_ids::uuid[]) and d.status in ('failed', 'filtered') and d.shape like 'transform/%'
  and t.webhook_id = d.webhook_id and t.shape like 'transform/%' and t.shape <> d.shape
  and not exists (select from webhooks_internal.attempts a where a.delivery_id = d.id and a.request_headers is not null)
