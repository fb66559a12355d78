-- Event types of the CRM's own, beside the seventeen: registered by the operator, for all organizations.

alter table webhooks.webhook_event_types
  add column is_custom boolean not null default true,
  alter column example set default '{}',
  add check (name ~ '^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$' and length(name) <= 100),
  add check (jsonb_typeof(schema) = 'object'),
  add check (jsonb_typeof(example) = 'object');

-- Written by every start; what a start writes is no custom type, whoever registered it before.
update webhooks.webhook_event_types set is_custom = false;

alter table webhooks.webhook_event_types enable row level security;
create policy operator_reads on webhooks.webhook_event_types for select to webhooks_service using (true);
create policy organizations_read on webhooks.webhook_event_types for select to webhooks_api using (true);
create policy own_are_inserted on webhooks.webhook_event_types for insert to webhooks_service with check (is_custom);
create policy own_are_updated on webhooks.webhook_event_types for update to webhooks_service using (is_custom) with check (is_custom);
create policy own_are_deleted on webhooks.webhook_event_types for delete to webhooks_service using (is_custom);

grant insert (name, category, description, schema, example), update (category, description, schema, example), delete
on webhooks.webhook_event_types to webhooks_service;

select webhooks_internal.grant_scopes();
