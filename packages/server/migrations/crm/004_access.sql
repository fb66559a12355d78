-- Who may do what with the reference CRM; see core/019_access.sql.

-- Grants all but changing what identifies a row and what the database keeps: a key that changes would separate a row from
-- its history.
create function webhooks_internal.grant_crm_table(crm_table text, role text) returns void
language plpgsql
set search_path = pg_catalog
as $$
declare
  changeable text;
begin
  select string_agg(quote_ident(attname), ', ') into changeable
  from pg_attribute
  where attrelid = format('public.%I', crm_table)::regclass and attnum > 0 and not attisdropped
    and attname not in ('id', 'created_at', 'updated_at', 'sent_at', 'delivered_at', 'read_at', 'failed_at');
  execute format('grant select, insert, delete, update (%s) on public.%I to %I', changeable, crm_table, role);
end
$$;

do $$
declare
  crm_table text;
begin
  foreach crm_table in array array['contacts', 'deals', 'conversations', 'broadcasts', 'messages', 'meetings'] loop
    perform webhooks_internal.separate_organizations(format('public.%I', crm_table)::regclass);
    perform webhooks_internal.grant_crm_table(crm_table, 'webhooks_service');
    perform webhooks_internal.grant_crm_table(crm_table, 'webhooks_api');
  end loop;
end
$$;

-- Organizations belong to the operator: only the service key can read them.
alter table public.organizations enable row level security;
create policy every_organization on public.organizations to webhooks_service using (true) with check (true);
select webhooks_internal.grant_crm_table('organizations', 'webhooks_service');

select webhooks_internal.separate_organizations('webhooks.webhook_sources', 'webhooks.webhook_source_payloads');

-- `secret` and `verify_token` can be written but not read.
grant
  select (id, organization_id, provider, has_secret, has_verify_token, secret_hint, last_received_at, created_at, updated_at),
  insert (id, organization_id, provider, secret, verify_token, secret_hint),
  update (secret, verify_token, secret_hint),
  delete
on webhooks.webhook_sources to webhooks_service, webhooks_api;
grant select on webhooks.webhook_source_payloads to webhooks_service, webhooks_api;

select webhooks_internal.grant_scopes();
