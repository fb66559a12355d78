-- The organizations of a CRM that the program is attached to; the reference CRM has a table of its own.
create view webhooks.organizations with (security_invoker = true) as
select id, external_id, coalesce(name, external_id) as name, created_at, updated_at from webhooks_internal.tenants;

comment on view webhooks.organizations is 'The tenants of the CRM, and the key that it knows each by';
comment on column webhooks.organizations.id is '@primary';

alter table webhooks_internal.tenants enable row level security;
create policy every_tenant on webhooks_internal.tenants for select to webhooks_service using (true);
grant select on webhooks_internal.tenants to webhooks_service;
grant select on webhooks.organizations to webhooks_service;

comment on column webhooks.webhook_configurations.organization_id is '@references webhooks.organizations(id)';
