-- The audit log: who changed what, when and from where. The transaction that makes a change writes its entry, so there is
-- no change without one. Only the owner can add entries and no role can change them; maintenance deletes those older than
-- AUDIT_RETENTION.

create table webhooks.audit_log (
  id uuid primary key default webhooks.uuid_v7(),
  -- Null: of the operator.
  organization_id uuid,
  at timestamptz not null default clock_timestamp(),
  -- `database`: a statement of another client of the database, not of this program.
  actor_kind text not null check (actor_kind in ('service_key', 'api_key', 'jwt', 'session', 'engine', 'cli', 'database')),
  actor_id text constraint actor_id_length check (length(actor_id) <= 300),
  actor_name text constraint actor_name_length check (length(actor_name) <= 300),
  action text not null constraint action_length check (length(action) <= 100),
  target_table text not null constraint target_table_length check (length(target_table) <= 100),
  target_id text constraint target_id_length check (length(target_id) <= 300),
  target_name text constraint target_name_length check (length(target_name) <= 300),
  -- Names of columns. A secret column is named here and has no value in the two that follow.
  changed text[] not null constraint changed_length check (length(array_to_string(changed, ',')) <= 5000),
  old_values jsonb not null,
  new_values jsonb not null,
  ip_address text constraint ip_address_length check (length(ip_address) <= 100),
  user_agent text constraint user_agent_length check (length(user_agent) <= 300)
);

create index audit_log_organization on webhooks.audit_log (organization_id, at desc, id desc);
create index audit_log_target on webhooks.audit_log (target_id, at desc);
create index audit_log_at on webhooks.audit_log (at);

comment on table webhooks.audit_log is 'Who changed which webhook, key or session, when and from where; entries cannot be changed';

create function webhooks_internal.keep_audit_log() returns trigger
language plpgsql
set search_path = pg_catalog
as $$
begin
  raise exception using errcode = '42501', message = 'entries of the audit log cannot be changed';
end
$$;

create trigger keep_audit_log before update or truncate on webhooks.audit_log
for each statement execute function webhooks_internal.keep_audit_log();

-- The program sets `webhooks.actor` for its transaction, as JSON: kind, id, name, address, user_agent. `otherwise` is the kind
-- of actor where that is not set. Texts are cut, because an entry that does not fit must not stop the change.
create function webhooks_internal.write_audit(organization_id uuid, otherwise text, action text, target_table text,
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
    -- A session that is being opened opens itself.
    left(coalesce(actor ->> 'id', case when actor ->> 'kind' = 'session' then target_id end), 300),
    left(coalesce(actor ->> 'name', case when actor is null and otherwise = 'database' then session_user end), 300),
    action, target_table, left(target_id, 300), left(target_name, 300), changed, old_values, new_values,
    left(actor ->> 'address', 100), left(actor ->> 'user_agent', 300));
end
$$;

create function webhooks_internal.audit_action(noun text, operation text, changed text[], after jsonb) returns text
language sql immutable
set search_path = pg_catalog
as $$
  select noun || case
    when operation = 'INSERT' then '.created'
    when operation = 'DELETE' then '.deleted'
    when noun = 'session' then '.ended'
    when noun = 'redelivery' then '.cancelled'
    when 'revoked_at' = any (changed) then '.revoked'
    when 'is_active' = any (changed) and (after ->> 'is_active')::boolean then '.enabled'
    when 'is_active' = any (changed) and after ->> 'disabled_reason' is not null then '.deactivated'
    when 'is_active' = any (changed) then '.disabled'
    when 'secret' = any (changed) then '.secret_changed'
    else '.updated'
  end
$$;

-- Audits a table row by row. Arguments: what a row is called; columns whose values are secret; columns that are bookkeeping
-- and whose change is no change.
create function webhooks_internal.audit() returns trigger
language plpgsql security definer
set search_path = pg_catalog
as $$
declare
  secrets text[] := tg_argv[1];
  -- Sealing a secret with another key does not change the secret.
  unseen text[] := tg_argv[2]::text[] || '{id,organization_id}'
    || case when current_setting('webhooks.resealing', true) = 'on' then secrets else '{}' end;
  target jsonb := case when tg_op = 'DELETE' then to_jsonb(old) else to_jsonb(new) end;
  before jsonb := case when tg_op = 'INSERT' then '{}' else to_jsonb(old) - unseen end;
  after jsonb := case when tg_op = 'DELETE' then '{}' else to_jsonb(new) - unseen end;
  changed text[] := array(
    select name from jsonb_object_keys(before || after) as name
    where coalesce(before -> name, 'null') <> coalesce(after -> name, 'null')
    order by name);
  action text := webhooks_internal.audit_action(tg_argv[0], tg_op, changed, after);
begin
  if cardinality(changed) = 0 then
    return null;
  end if;
  perform webhooks_internal.write_audit(
    (target ->> 'organization_id')::uuid,
    -- Only the system sets a reason for disabling a webhook.
    case when action = 'webhook.deactivated' then 'engine' else 'database' end,
    action, tg_table_name, target ->> 'id', coalesce(target ->> 'name', target ->> 'kind', target ->> 'provider'),
    -- The names that the API uses.
    array(select distinct case name when 'sealed_headers' then 'headers' else name end from unnest(changed) as name order by 1),
    (select coalesce(jsonb_object_agg(name, before -> name), '{}') from unnest(changed) as name
     where before ? name and name <> all (secrets) and before -> name <> 'null'),
    (select coalesce(jsonb_object_agg(name, after -> name), '{}') from unnest(changed) as name
     where after ? name and name <> all (secrets) and (after -> name <> 'null' or tg_op = 'UPDATE')));
  return null;
end
$$;

create trigger audit after insert or update or delete on webhooks.webhook_configurations
for each row execute function webhooks_internal.audit('webhook', '{secret,sealed_headers}',
  '{previous_secret,has_secret,health,health_since,health_reason,is_parked,is_recovering,certificate_expires_at,created_at,updated_at}');

create trigger audit after insert or delete or update of name, revoked_at on webhooks.api_keys
for each row execute function webhooks_internal.audit('api_key', '{}', '{key_hash,last_used_at,created_at}');

-- Deleting a link is not audited: that happens when it is used, which opens a session, or when it has expired.
create trigger audit after insert on webhooks_internal.portal_links
for each row execute function webhooks_internal.audit('portal_link', '{}', '{token_hash,service_mark,created_at}');

create trigger audit after insert or update of ended_at on webhooks_internal.sessions
for each row execute function webhooks_internal.audit('session', '{}',
  '{token_hash,service_mark,created_at,seen_at,expires_at,latest_end}');

create trigger audit after insert or delete or update of email on webhooks.webhook_alert_recipients
for each row execute function webhooks_internal.audit('alert_recipient', '{}', '{created_at}');

create trigger audit after insert on webhooks.webhook_redeliveries
for each row execute function webhooks_internal.audit('redelivery', '{}',
  '{status,queued,created_at,updated_at,completed_at,after_created_at,after_id}');

create trigger audit_cancellation after update of status on webhooks.webhook_redeliveries
for each row when (new.status = 'cancelled' and old.status = 'running' and new.reason = 'by hand')
execute function webhooks_internal.audit('redelivery', '{}', '{updated_at,completed_at,after_created_at,after_id}');

create trigger audit after insert on webhooks.webhook_erasures
for each row execute function webhooks_internal.audit('erasure', '{terms}',
  '{status,events,deliveries,others,created_at,updated_at,completed_at,phase,until,after_created_at,after_id,related_ids}');
