-- How a webhook authenticates itself at its endpoint, beside its signature: OAuth 2.0 or a client certificate.

-- `auth` has what may be read, `sealed_auth` all of it, encrypted like `secret`. The bound of `sealed_auth` fits a certificate
-- with its chain (32 KiB), its key (16 KiB) and their encryption; that of `auth` what is shown of them.
alter table webhooks.webhook_configurations
  add column auth jsonb check (jsonb_typeof(auth) = 'object') constraint auth_length check (octet_length(auth::text) <= 20000),
  add column sealed_auth text check (sealed_auth like 'v1.%') constraint sealed_auth_length check (length(sealed_auth) <= 131072);

comment on column webhooks.webhook_configurations.auth is
  'How requests authenticate themselves beside their signature; secrets can be written but not read';

-- Appended to the view as it is by now: other migrations may have added columns.
do $$
declare
  was constant text := pg_get_viewdef('webhooks_internal.targets'::regclass);
  -- Without a schema where the role that installs is called like it, because its search path then has it.
  source constant text := substring(was from 'FROM (?:webhooks\.)?webhook_configurations');
begin
  execute 'create or replace view webhooks_internal.targets as '
    || overlay(was placing ', sealed_auth ' || source from position(source in was) for length(source));
end
$$;

-- The names that the API uses, for columns whose values are encrypted beside it.
create function webhooks_internal.api_column(name text) returns text
language sql immutable
set search_path = pg_catalog
as $$
  select case name when 'sealed_headers' then 'headers' when 'sealed_auth' then 'auth' else name end
$$;

create or replace function webhooks_internal.audit() returns trigger
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
    array(select distinct webhooks_internal.api_column(name) as name from unnest(changed) as name order by 1),
    (select coalesce(jsonb_object_agg(name, before -> name), '{}') from unnest(changed) as name
     where before ? name and name <> all (secrets) and before -> name <> 'null'),
    (select coalesce(jsonb_object_agg(name, after -> name), '{}') from unnest(changed) as name
     where after ? name and name <> all (secrets) and (after -> name <> 'null' or tg_op = 'UPDATE')));
  return null;
end
$$;

create or replace trigger audit after insert or update or delete on webhooks.webhook_configurations
for each row execute function webhooks_internal.audit('webhook', '{secret,sealed_headers,sealed_auth}',
  '{previous_secret,has_secret,health,health_since,health_reason,is_parked,is_recovering,certificate_expires_at,created_at,updated_at}');

revoke execute on function webhooks_internal.api_column from public;

-- `sealed_auth` can be written but not read.
grant select (auth), insert (auth, sealed_auth), update (auth, sealed_auth)
on webhooks.webhook_configurations to webhooks_service, webhooks_api;

select webhooks_internal.grant_scopes();
