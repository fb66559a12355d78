-- What another system calls an organization; a program that was attached to a CRM before has a view of this name.
drop view if exists webhooks.organizations;
comment on column webhooks.webhook_configurations.organization_id is null;

alter table public.organizations
  add column external_id text unique constraint external_id_length check (length(external_id) between 1 and 500);
grant select (external_id), insert (external_id), update (external_id) on public.organizations to webhooks_service;
