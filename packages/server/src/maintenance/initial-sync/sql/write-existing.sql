-- Stores records as events, with their deliveries to the one webhook. Runs after lock-outbox.sql: what is relayed later stands behind.
with rows as materialized (
  select * from unnest(:event_ids::uuid[], :delivery_ids::uuid[], :events::text[], :data::text[], :record_ids::text[])
    with ordinality as r (event_id, delivery_id, event, data, record_id, nth)
),
emitted as (
  insert into webhooks.webhook_events (id, organization_id, event, data, source)
  select r.event_id, :organization_id::uuid, r.event, r.data::json, 'sync' from rows r
),
delivered as (
  insert into webhooks.webhook_deliveries (id, organization_id, webhook_id, event_id, event, created_at, record_id, redact, shape)
  select r.delivery_id, :organization_id::uuid, :webhook_id::uuid, r.event_id, r.event, now() + r.nth * interval '1 microsecond', r.record_id,
    (select t.redact from webhooks_internal.targets t where t.webhook_id = :webhook_id::uuid), :shape?::text
  from rows r
),
queued as (
  insert into webhooks_internal.queue (delivery_id, webhook_id, trigger, record_key)
  select r.delivery_id, :webhook_id::uuid, 'sync', webhooks_internal.record_key(r.event, r.record_id) from rows r order by r.nth
)
insert into webhooks_internal.sync_deliveries (delivery_id, sync_id)
select r.delivery_id, :sync_id::uuid from rows r
