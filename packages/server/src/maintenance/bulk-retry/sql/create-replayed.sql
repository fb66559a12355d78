-- Creates deliveries for events that had none for this webhook, due now.
-- :ids, :event_ids, :events (types) and :record_ids are columns of equal length.
with created as (
  insert into webhooks.webhook_deliveries (id, organization_id, webhook_id, event_id, event, reason, record_id, redact, shape)
  select n.id, :organization_id::uuid, :webhook_id::uuid, n.event_id, n.event, 'replayed', n.record_id,
    (select t.redact from webhooks_internal.targets t where t.webhook_id = :webhook_id::uuid), :shape?::text
  from unnest(:ids::uuid[], :event_ids::uuid[], :events::text[], :record_ids::text[]) with ordinality as n (id, event_id, event, record_id, nth)
  order by n.nth
  returning id, webhook_id, event, record_id
)
insert into webhooks_internal.queue (delivery_id, webhook_id, trigger, record_key)
select c.id, c.webhook_id, 'replay', case when t.is_ordered then webhooks_internal.record_key(c.event, c.record_id) end
from created c
join webhooks_internal.targets t on t.webhook_id = :webhook_id::uuid
