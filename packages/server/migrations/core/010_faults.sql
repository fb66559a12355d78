-- Faults: events and deliveries that could not be processed. The rest goes on; these can be corrected and retried.

create table webhooks.webhook_delivery_faults (
  id uuid primary key default webhooks.uuid_v7(),
  organization_id uuid not null,
  -- The step that failed.
  stage text not null check (stage in ('relay', 'claim', 'record', 'cancel', 'retry', 'replay', 'erase')),
  event_id uuid,
  event text constraint event_length check (length(event) <= 100),
  -- Null: no single webhook caused the fault.
  webhook_id uuid,
  delivery_id uuid,
  reason text not null constraint reason_length check (length(reason) <= 1000),
  created_at timestamptz not null default now()
);

create index webhook_delivery_faults_organization on webhooks.webhook_delivery_faults (organization_id, created_at desc);
create index webhook_delivery_faults_age on webhooks.webhook_delivery_faults (created_at);

comment on table webhooks.webhook_delivery_faults is 'Events and deliveries that could not be processed, and why';
comment on column webhooks.webhook_delivery_faults.webhook_id is '@references webhooks.webhook_configurations(id)';
comment on column webhooks.webhook_delivery_faults.delivery_id is '@references webhooks.webhook_deliveries(id)';
comment on column webhooks.webhook_delivery_faults.event_id is '@references webhooks.webhook_events(id) within organization_id';

-- The faults of the last day whose delivery has not succeeded since, counted for each webhook. A delivery that the
-- engine failed has a row in both tables; one that could not be sent has only an attempt. Each counts once.
create view webhooks.webhook_fault_counts with (security_invoker = true) as
with noted as (
  select id, organization_id, webhook_id, delivery_id, event_id, event, stage, reason, created_at
  from webhooks.webhook_delivery_faults
  where created_at >= now() - interval '1 day'
  order by created_at desc
  limit 10000
),
attempted as (
  select id, organization_id, webhook_id, delivery_id, event_id, event,
    case error_code when 'not_recordable' then 'record' else 'claim' end as stage, error_message as reason, created_at
  from webhooks_internal.attempts
  where error_code in ('not_sendable', 'not_recordable') and created_at >= now() - interval '1 day' and trigger <> 'test'
  order by created_at desc
  limit 10000
),
-- If a delivery has both rows, the fault counts: its step is exact.
faults as (
  select distinct on (coalesce(delivery_id, event_id, id), case when delivery_id is null then webhook_id end) *
  from (select *, 1 as place from noted union all select *, 2 as place from attempted) as each
  order by coalesce(delivery_id, event_id, id), case when delivery_id is null then webhook_id end, place, created_at desc
)
select f.organization_id, f.webhook_id, count(*) as count, min(f.created_at) as since, max(f.created_at) as last_at,
  (array_agg(f.stage order by f.created_at desc))[1] as last_stage,
  (array_agg(f.event order by f.created_at desc))[1] as last_event,
  (array_agg(f.event_id order by f.created_at desc))[1] as last_event_id,
  (array_agg(f.delivery_id order by f.created_at desc))[1] as last_delivery_id,
  (array_agg(f.reason order by f.created_at desc))[1] as last_reason
from faults f
where not exists (
  select from webhooks.webhook_deliveries d
  where d.id = f.delivery_id and d.status = 'delivered' and d.completed_at > f.created_at
)
group by f.organization_id, f.webhook_id;

comment on view webhooks.webhook_fault_counts is 'How many events and deliveries of a webhook could not be processed in the last day';
comment on column webhooks.webhook_fault_counts.webhook_id is '@references webhooks.webhook_configurations(id)';
comment on column webhooks.webhook_fault_counts.last_delivery_id is '@references webhooks.webhook_deliveries(id)';
