-- What /rest/v1 may do, said to the database. The API exposes exactly what is granted here, and row-level security
-- holds the organizations apart whatever the HTTP side forgets. The owner, which the engine runs as, is not bound.

-- The service key works on every organization's rows, everybody else on those of their own.
create function webhooks_internal.separate_organizations(variadic tenant_tables regclass[]) returns void
language plpgsql
set search_path = pg_catalog
as $$
declare
  tenant_table regclass;
begin
  foreach tenant_table in array tenant_tables loop
    execute format('alter table %s enable row level security', tenant_table);
    execute format('create policy every_organization on %s to webhooks_service using (true) with check (true)', tenant_table);
    execute format(
      'create policy own_organization on %s to webhooks_api
         using (organization_id = (select webhooks.current_organization()))
         with check (organization_id = (select webhooks.current_organization()))', tenant_table);
  end loop;
end
$$;

select webhooks_internal.separate_organizations('webhooks.webhook_configurations', 'webhooks.webhook_events',
  'webhooks.webhook_deliveries', 'webhooks.webhook_skips', 'webhooks_internal.attempts');

-- `secret` may be written and never be read; `sealed_headers` likewise.
grant select (id, organization_id, name, url, events, is_active, has_secret, secret_hint, description, filter, headers, timeout_ms,
    max_in_flight, disabled_reason, disabled_at, previous_secret_until, created_at, updated_at),
  insert (id, organization_id, name, url, events, is_active, secret, previous_secret, previous_secret_until, secret_hint, description, filter, headers,
    sealed_headers, timeout_ms, max_in_flight),
  update (name, url, events, is_active, secret, secret_hint, previous_secret, previous_secret_until, description, filter, headers, sealed_headers, timeout_ms,
    max_in_flight),
  delete
on webhooks.webhook_configurations to webhooks_service, webhooks_api;

grant select, insert (id, organization_id, event, data, previous, "timestamp", source)
on webhooks.webhook_events to webhooks_service, webhooks_api;

grant select (id, organization_id, webhook_id, event_id, event, status, reason, attempts, next_attempt_at,
  last_response_code, last_error, created_at, updated_at, completed_at)
on webhooks.webhook_deliveries to webhooks_service, webhooks_api;

grant select on webhooks.webhook_skips, webhooks_internal.attempts, webhooks.webhook_logs, webhooks.webhook_event_types
to webhooks_service, webhooks_api;
