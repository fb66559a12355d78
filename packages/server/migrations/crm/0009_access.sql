-- Every table of the CRM: `updated_at` kept by the database, row-level security, and what /rest/v1 may do.

do $$
declare
  crm_table text;
begin
  foreach crm_table in array array[
    'organizations', 'contacts', 'deals', 'conversations', 'broadcasts', 'messages', 'meetings'
  ] loop
    execute format(
      'create trigger touch_updated_at before update on public.%I for each row
         execute function webhooks_internal.touch_updated_at()', crm_table);
    perform webhooks_internal.grant_crm_table(crm_table, 'webhooks_service');
    continue when crm_table = 'organizations';
    perform webhooks_internal.separate_organizations(format('public.%I', crm_table)::regclass);
    perform webhooks_internal.grant_crm_table(crm_table, 'webhooks_api');
  end loop;
end
$$;

-- These are no organization's: the service key alone sees them.
alter table public.organizations enable row level security;
create policy every_organization on public.organizations to webhooks_service using (true) with check (true);

select webhooks_internal.grant_scopes();
