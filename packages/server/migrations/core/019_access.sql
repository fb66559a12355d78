-- Who may do what. Grants say what a role may do, policies to whose rows. The API exposes exactly what is granted here, and
-- row-level security separates organizations whatever the API forgets. Neither binds the owner, which the program runs as.
--
--   webhooks_service  the operator's key: rows of every organization
--   webhooks_api      scope admin of one organization
--   webhooks_read     scope read: what webhooks_api may read, except keys and the audit log
--   webhooks_emit     scope emit: only events
--
-- The tables of the reference CRM follow in crm/004_access.sql.

grant usage on schema webhooks, webhooks_internal to webhooks_service, webhooks_api, webhooks_read, webhooks_emit;

-- The organization of the request's credentials; null if there is none. The API sets it for its transaction only.
create function webhooks.current_organization() returns uuid
language sql stable parallel safe
set search_path = pg_catalog
as $$
  select nullif(nullif(current_setting('request.jwt.claims', true), '')::json ->> 'organization_id', '')::uuid
$$;

-- Gives the service key every organization's rows, and the others those of their own.
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

-- Derives the rights of the narrower scopes from those of webhooks_api: all of its policies and, for webhooks_read, all that it
-- may read except keys and the audit log. A migration that adds a table or a grant ends with a call.
create function webhooks_internal.grant_scopes() returns void
language plpgsql
set search_path = pg_catalog
as $$
declare
  found record;
begin
  for found in
    select p.polname, p.polrelid::regclass as relation
    from pg_policy p
    where 'webhooks_api'::regrole = any(p.polroles)
  loop
    execute format('alter policy %I on %s to webhooks_api, webhooks_read, webhooks_emit', found.polname, found.relation);
  end loop;

  for found in
    select c.oid::regclass as relation, string_agg(quote_ident(a.attname), ', ' order by a.attnum) as columns
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relkind in ('r', 'p', 'v')
      and c.relnamespace in (select oid from pg_namespace where nspname in ('webhooks', 'webhooks_internal', 'public'))
      and (c.relnamespace::regnamespace::text, c.relname) not in (('webhooks', 'api_keys'), ('webhooks', 'audit_log'))
      and has_column_privilege('webhooks_api', c.oid, a.attnum, 'select')
      -- Not what is granted to PUBLIC.
      and (
        exists (select from aclexplode(a.attacl) acl where acl.grantee = 'webhooks_api'::regrole)
        or exists (select from aclexplode(c.relacl) acl where acl.grantee = 'webhooks_api'::regrole)
      )
    group by c.oid
  loop
    execute format('grant select (%s) on %s to webhooks_read', found.columns, found.relation);
  end loop;
end
$$;

-- Tables of organizations.

select webhooks_internal.separate_organizations(
  'webhooks.webhook_configurations', 'webhooks.webhook_events', 'webhooks.webhook_deliveries', 'webhooks.webhook_skips',
  'webhooks_internal.attempts', 'webhooks_internal.attempt_counts', 'webhooks_internal.attempt_rollups',
  'webhooks.webhook_delivery_faults', 'webhooks.webhook_redeliveries', 'webhooks.webhook_erasures',
  'webhooks.webhook_alerts', 'webhooks.webhook_alert_recipients', 'webhooks.api_keys',
  'webhooks.webhook_inboxes', 'webhooks.webhook_inbox_requests', 'webhooks.audit_log');

-- `secret`, `previous_secret` and `sealed_headers` can be written but not read.
grant
  select (id, organization_id, name, url, events, is_active, has_secret, secret_hint, description, filter, headers, timeout_ms,
    max_in_flight, disabled_reason, disabled_at, previous_secret_until, created_at, updated_at, rate_limit, health,
    health_since, health_reason, is_recovering, certificate_expires_at, ignore_origins, redact),
  insert (id, organization_id, name, url, events, is_active, secret, previous_secret, previous_secret_until, secret_hint,
    description, filter, headers, sealed_headers, timeout_ms, max_in_flight, rate_limit, ignore_origins, redact),
  update (name, url, events, is_active, secret, secret_hint, previous_secret, previous_secret_until, description, filter,
    headers, sealed_headers, timeout_ms, max_in_flight, rate_limit, ignore_origins, redact),
  delete
on webhooks.webhook_configurations to webhooks_service, webhooks_api;

grant select, insert (id, organization_id, event, data, previous, "timestamp", source)
on webhooks.webhook_events to webhooks_service, webhooks_api;

-- Reading ids tells a repeated event from a new one.
grant select (id, organization_id), insert (id, organization_id, event, data, previous, "timestamp", source)
on webhooks.webhook_events to webhooks_emit;

grant select (id, organization_id, webhook_id, event_id, event, status, reason, attempts, next_attempt_at,
  last_response_code, last_error, created_at, updated_at, completed_at, record_id, redact)
on webhooks.webhook_deliveries to webhooks_service, webhooks_api;

grant select on webhooks.webhook_skips, webhooks.webhook_logs, webhooks_internal.attempts, webhooks_internal.attempt_counts,
  webhooks_internal.attempt_rollups, webhooks.webhook_queues, webhooks.webhook_delivery_faults,
  webhooks.webhook_fault_counts, webhooks.webhook_alerts, webhooks.webhook_inbox_requests, webhooks.audit_log
to webhooks_service, webhooks_api;

-- For webhook_queues, which reads the queue with the rights of its caller.
grant select (webhook_id, due_at) on webhooks_internal.queue to webhooks_service, webhooks_api;

grant select (id, organization_id, webhook_id, kind, since, until, event, status, reason, matched, queued, created_at,
  updated_at, completed_at, failed)
on webhooks.webhook_redeliveries to webhooks_service, webhooks_api;

grant select (id, organization_id, record_id, object, status, events, deliveries, others, created_at, updated_at,
  completed_at, failed, reason)
on webhooks.webhook_erasures to webhooks_service, webhooks_api;

grant select, insert (organization_id, email), update (email), delete
on webhooks.webhook_alert_recipients to webhooks_service, webhooks_api;

grant
  select (id, organization_id, name, scope, hint, last_used_at, revoked_at, created_at),
  insert (id, organization_id, name, scope, hint, key_hash),
  update (name, revoked_at),
  delete
on webhooks.api_keys to webhooks_service, webhooks_api;

grant select, insert (id, organization_id, url, response_status), update (response_status), delete
on webhooks.webhook_inboxes to webhooks_service, webhooks_api;

-- The catalogue of event types: all roles read it; only the operator writes, and only custom types.

alter table webhooks.webhook_event_types enable row level security;
create policy operator_reads on webhooks.webhook_event_types for select to webhooks_service using (true);
create policy organizations_read on webhooks.webhook_event_types for select to webhooks_api using (true);
create policy own_are_inserted on webhooks.webhook_event_types for insert to webhooks_service with check (is_custom);
create policy own_are_updated on webhooks.webhook_event_types for update to webhooks_service using (is_custom) with check (is_custom);
create policy own_are_deleted on webhooks.webhook_event_types for delete to webhooks_service using (is_custom);

grant select on webhooks.webhook_event_types to webhooks_service, webhooks_api, webhooks_emit;
grant insert (name, category, description, schema, example), update (category, description, schema, example), delete
on webhooks.webhook_event_types to webhooks_service;

-- Capture: only the operator.

alter table webhooks.webhook_capture_faults enable row level security;
create policy every_organization on webhooks.webhook_capture_faults to webhooks_service using (true) with check (true);
grant select on webhooks.webhook_capture_faults, webhooks.webhook_captures to webhooks_service;
grant select (record, relation, status, problems, checked_at) on webhooks_internal.captures to webhooks_service;

-- PUBLIC may execute every function unless told otherwise. These take relations, write past row-level security or are only for
-- the program.

revoke execute on function
  webhooks_internal.record_capture_fault(text, text, text, text, bigint, text[], text),
  webhooks_internal.row_is_unpaired(),
  webhooks_internal.columns_of(oid),
  webhooks_internal.row_columns(name[], text, text[]),
  webhooks_internal.changes_of(oid, text, text),
  webhooks_internal.change_columns(json, text[]),
  webhooks_internal.capture_stamp(text),
  webhooks_internal.never_due(),
  webhooks_internal.lock_limit(text, uuid[]),
  webhooks_internal.refuse_excess(text, integer, uuid, text),
  webhooks_internal.write_audit(uuid, text, text, text, text, text, text[], jsonb, jsonb)
from public;

-- `install` may give the tables to a role that the owner of the database is a member of, so that the owner can dump them.
-- Tables that are created later go to that role as well; see src/capture/share-tables.ts. Otherwise this does nothing.
create function webhooks_internal.hand_over_tables() returns void
language plpgsql
set search_path = pg_catalog
as $$
declare
  keeper name := (select pg_get_userbyid(relowner) from pg_class where oid = 'webhooks.schema_migrations'::regclass);
  found record;
begin
  if not starts_with(keeper::text, 'webhooks_owner_') then
    return;
  end if;
  for found in
    select c.oid::regclass as relation
    from pg_class c
    where c.relnamespace in ('webhooks'::regnamespace, 'webhooks_internal'::regnamespace)
      and c.relkind in ('r', 'p', 'v', 'm', 'S')
      and pg_get_userbyid(c.relowner) <> keeper
      -- Sequences of columns go with their table.
      and not exists (select from pg_depend d where d.objid = c.oid and d.classid = 'pg_class'::regclass and d.deptype in ('a', 'i')
        and c.relkind = 'S')
  loop
    execute format('alter table %s owner to %I', found.relation, keeper);
  end loop;
end
$$;

revoke execute on function webhooks_internal.hand_over_tables from public;

select webhooks_internal.grant_scopes();
