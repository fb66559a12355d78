-- Every stored text has a bound. Here those of tables that are written now and then; what is written for each event is bounded
-- where it is written, which test/text-bounds.test.ts holds. `not valid`: what is stored already stops no upgrade.

update webhooks.webhook_configurations
set name = left(name, 200), description = left(description, 2000), disabled_reason = left(disabled_reason, 2000),
  health_reason = left(health_reason, 2000)
where length(name) > 200 or length(description) > 2000 or length(disabled_reason) > 2000 or length(health_reason) > 2000;
update webhooks.webhook_alerts set webhook_name = left(webhook_name, 200), message = left(message, 2000)
where length(webhook_name) > 200 or length(message) > 2000;
update webhooks.api_keys set name = left(name, 200) where length(name) > 200;

alter table webhooks.webhook_configurations
  add constraint name_length check (length(name) <= 200),
  add constraint description_length check (length(description) <= 2000),
  add constraint disabled_reason_length check (length(disabled_reason) <= 2000),
  add constraint health_reason_length check (length(health_reason) <= 2000);

-- What cannot be cut. The API refuses more; a row that was written past it keeps its webhook, whose health is noted in one statement
-- with that of others: then there is no such constraint.
do $$
declare
  bound record;
  is_kept boolean;
begin
  for bound in
    select * from (values
      ('url_length', 'length(url) <= 2048'),
      ('events_length', 'length(array_to_string(events, '','')) <= 20000'),
      ('secret_length', 'length(secret) <= 2000'),
      ('previous_secret_length', 'length(previous_secret) <= 2000'),
      ('secret_hint_length', 'length(secret_hint) <= 100'),
      -- Twenty names of 128 characters, and values of 4,096 that are sealed.
      ('headers_length', 'octet_length(headers::text) <= 10000'),
      ('sealed_headers_length', 'length(sealed_headers) <= 262144'),
      ('ignore_origins_length', 'length(array_to_string(ignore_origins, '','')) <= 5000'),
      ('redact_length', 'length(array_to_string(redact, '','')) <= 20000')
    ) as b (name, condition)
  loop
    execute format('select not exists (select from webhooks.webhook_configurations where not (%s))', bound.condition)
      into is_kept;
    if is_kept then
      execute format('alter table webhooks.webhook_configurations add constraint %I check (%s)', bound.name, bound.condition);
    end if;
  end loop;
end
$$;

alter table webhooks.api_keys
  add constraint name_length check (length(name) <= 200),
  add constraint hint_length check (length(hint) <= 100) not valid;

alter table webhooks.webhook_event_types
  add constraint category_length check (length(category) <= 100) not valid,
  add constraint description_length check (length(description) <= 2000) not valid;

alter table webhooks.webhook_inboxes
  add constraint url_length check (length(url) <= 2048) not valid;

alter table webhooks.webhook_inbox_requests
  add constraint method_length check (length(method) <= 20) not valid,
  -- Node takes 80 KiB, URL included; quotes and umlauts take two bytes in JSON.
  add constraint headers_length check (octet_length(headers::text) <= 262144) not valid,
  add constraint body_length check (length(body) <= 65536) not valid;

alter table webhooks.webhook_alerts
  add constraint webhook_name_length check (length(webhook_name) <= 200) not valid,
  add constraint message_length check (length(message) <= 2000) not valid;

alter table webhooks_internal.alert_mails
  add constraint recipient_length check (length(recipient) <= 254) not valid;

alter table webhooks.webhook_delivery_faults
  add constraint event_length check (length(event) <= 100) not valid,
  add constraint reason_length check (length(reason) <= 1000) not valid;

alter table webhooks.webhook_erasures
  add constraint record_id_length check (length(record_id) <= 200) not valid,
  add constraint object_length check (length(object) <= 50) not valid,
  add constraint reason_length check (length(reason) <= 1000) not valid;

alter table webhooks.webhook_redeliveries
  add constraint event_length check (length(event) <= 100) not valid,
  add constraint reason_length check (length(reason) <= 1000) not valid;

alter table webhooks_internal.cancellations
  add constraint reason_length check (length(reason) <= 2100) not valid;

alter table webhooks_internal.portal_links
  add constraint service_mark_length check (length(service_mark) <= 64) not valid;
alter table webhooks_internal.sessions
  add constraint service_mark_length check (length(service_mark) <= 64) not valid;

alter table webhooks_internal.source_queue
  add constraint provider_length check (length(provider) <= 20) not valid,
  add constraint payload_length check (octet_length(payload) <= 4194304) not valid,
  -- Nine reasons of 200 characters, of which JSON can make six each.
  add constraint reasons_length check (length(reasons::text) <= 16384) not valid;

alter table webhooks.audit_log
  add constraint actor_id_length check (length(actor_id) <= 300) not valid,
  add constraint actor_name_length check (length(actor_name) <= 300) not valid,
  add constraint action_length check (length(action) <= 100) not valid,
  add constraint target_table_length check (length(target_table) <= 100) not valid,
  add constraint target_id_length check (length(target_id) <= 300) not valid,
  add constraint target_name_length check (length(target_name) <= 300) not valid,
  add constraint changed_length check (length(array_to_string(changed, ',')) <= 5000) not valid,
  add constraint ip_address_length check (length(ip_address) <= 100) not valid,
  add constraint user_agent_length check (length(user_agent) <= 300) not valid;

-- Cut, because an entry that does not fit must not stop the change that it is about.
create or replace function webhooks_internal.write_audit(organization_id uuid, otherwise text, action text, target_table text,
  target_id text, target_name text, changed text[], old_values jsonb, new_values jsonb) returns void
language plpgsql security definer
set search_path = pg_catalog
as $$
declare
  actor jsonb := nullif(current_setting('webhooks.actor', true), '')::jsonb;
begin
  insert into webhooks.audit_log (organization_id, actor_kind, actor_id, actor_name, action, target_table, target_id, target_name,
    changed, old_values, new_values, ip_address, user_agent)
  values (organization_id, coalesce(actor ->> 'kind', otherwise),
    -- A session that is only just opened is itself who opens it.
    left(coalesce(actor ->> 'id', case when actor ->> 'kind' = 'session' then target_id end), 300),
    left(coalesce(actor ->> 'name', case when actor is null and otherwise = 'database' then session_user end), 300),
    action, target_table, left(target_id, 300), left(target_name, 300), changed, old_values, new_values,
    left(actor ->> 'address', 100), left(actor ->> 'user_agent', 300));
end
$$;
