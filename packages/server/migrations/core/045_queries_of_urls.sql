-- The audit log keeps no queries of URLs.

-- A query often carries a token: the audit log has a URL without it, as lists show it.
create function webhooks_internal.mask_queries(cells jsonb) returns jsonb
language sql immutable
set search_path = pg_catalog
as $$
  select coalesce(jsonb_object_agg(name, case
    when name = 'url' and value <> 'null' then to_jsonb(regexp_replace(value #>> '{}', '[?].*$', '?…'))
    when name = 'auth' and value ? 'token_url'
      then value || jsonb_build_object('token_url', regexp_replace(value ->> 'token_url', '[?].*$', '?…'))
    else value
  end), '{}')
  from jsonb_each(cells) as cell (name, value)
$$;

-- As before, and without the queries.
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
    webhooks_internal.mask_queries((select coalesce(jsonb_object_agg(name, before -> name), '{}') from unnest(changed) as name
     where before ? name and name <> all (secrets) and before -> name <> 'null')),
    webhooks_internal.mask_queries((select coalesce(jsonb_object_agg(name, after -> name), '{}') from unnest(changed) as name
     where after ? name and name <> all (secrets) and (after -> name <> 'null' or tg_op = 'UPDATE'))));
  return null;
end
$$;

-- Entries of before. Nothing but this changes an entry.
alter table webhooks.audit_log disable trigger keep_audit_log;

update webhooks.audit_log
set old_values = webhooks_internal.mask_queries(old_values), new_values = webhooks_internal.mask_queries(new_values)
where target_table = 'webhook_configurations'
and (old_values ->> 'url' like '%?%' or new_values ->> 'url' like '%?%');

alter table webhooks.audit_log enable trigger keep_audit_log;

revoke execute on function webhooks_internal.mask_queries from public;
