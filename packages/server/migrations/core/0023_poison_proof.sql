-- Fields are cut from a body, and the id of its record is read from it, in the process that sends it (src/domain/redaction/redact.ts): here an
-- escape that JSON knows and text does not raised an error, and one event stopped all others.
drop function webhooks_internal.delivery_body(text[], text, timestamptz, json, json);
drop function webhooks_internal.cut_all(json, text, text[]);
drop function webhooks_internal.cut(json, text[], integer);
drop function webhooks_internal.record_id(json);

-- What one event, delivery or record made impossible. Everything else goes on; what stands here can be corrected and retried.
create table webhooks.webhook_delivery_faults (
  id uuid primary key default webhooks.uuid_v7(),
  organization_id uuid not null,
  -- Which step of the way could not be taken.
  stage text not null check (stage in ('relay', 'claim', 'record', 'cancel', 'retry', 'replay', 'erase')),
  event_id uuid,
  event text,
  -- Null: it is nothing that one webhook has caused.
  webhook_id uuid,
  delivery_id uuid,
  reason text not null,
  created_at timestamptz not null default now()
);

create index webhook_delivery_faults_organization on webhooks.webhook_delivery_faults (organization_id, created_at desc);
create index webhook_delivery_faults_age on webhooks.webhook_delivery_faults (created_at);

comment on table webhooks.webhook_delivery_faults is 'Events and deliveries that could not be processed, and why';
comment on column webhooks.webhook_delivery_faults.webhook_id is '@references webhooks.webhook_configurations(id)';
comment on column webhooks.webhook_delivery_faults.delivery_id is '@references webhooks.webhook_deliveries(id)';
comment on column webhooks.webhook_delivery_faults.event_id is '@references webhooks.webhook_events(id) within organization_id';

select webhooks_internal.separate_organizations('webhooks.webhook_delivery_faults');
grant select on webhooks.webhook_delivery_faults to webhooks_service, webhooks_api;

-- Bulk work ends although some of it cannot be done, and says how much that is.
alter table webhooks.webhook_redeliveries add column failed bigint not null default 0;
grant select (failed) on webhooks.webhook_redeliveries to webhooks_service, webhooks_api;

alter table webhooks.webhook_erasures
  add column failed bigint not null default 0,
  add column reason text,
  drop constraint webhook_erasures_status_check,
  add constraint webhook_erasures_status_check check (status in ('running', 'completed', 'failed'));
grant select (failed, reason) on webhooks.webhook_erasures to webhooks_service, webhooks_api;

select webhooks_internal.grant_scopes();
