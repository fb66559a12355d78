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
    execute format('alter table public.%I enable row level security', crm_table);
    execute format('create policy every_organization on public.%I to webhooks_service using (true) with check (true)', crm_table);
    perform webhooks_internal.grant_crm_table(crm_table, 'webhooks_service');
    continue when crm_table = 'organizations';
    execute format(
      'create policy own_organization on public.%I to webhooks_api
         using (organization_id = (select webhooks.current_organization()))
         with check (organization_id = (select webhooks.current_organization()))', crm_table);
    perform webhooks_internal.grant_crm_table(crm_table, 'webhooks_api');
  end loop;
end
$$;

select webhooks_internal.grant_scopes();
