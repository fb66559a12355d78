-- Events from the CRM's own transactions. Statement-level with transition tables: an import of 10,000 rows costs one
-- call. Inside the user's transaction, so a rollback takes the events with it and a commit cannot lose them.
--
-- The argument is the entity, `contact` or `deal`; `stage` simply never changes on a table without that column.

create function webhooks_internal.capture_inserts() returns trigger
language plpgsql security definer
set search_path = pg_catalog
set timezone = 'UTC'
as $$
begin
  insert into webhooks.webhook_events (organization_id, event, data, previous, source)
  select n.organization_id, tg_argv[0] || '.' || happened.name, row_to_json(n), happened.previous, 'crm'
  from new_rows n
  cross join lateral (values
    ('created', true, null::json),
    ('assigned', n.assigned_to is not null, '{"assigned_to":null}'::json)
  ) as happened (name, is_so, previous)
  where happened.is_so;
  return null;
end
$$;

create function webhooks_internal.capture_updates() returns trigger
language plpgsql security definer
set search_path = pg_catalog
set timezone = 'UTC'
as $$
begin
  insert into webhooks.webhook_events (organization_id, event, data, previous, source)
  select n.organization_id, tg_argv[0] || '.' || happened.name, row_to_json(n), change.previous::json, 'crm'
  from new_rows n
  join old_rows o on o.id = n.id
  cross join lateral (
    -- The old values of the columns that changed. `updated_at` follows every change and says nothing of its own.
    select jsonb_object_agg(was.key, was.value) as previous
    from jsonb_each(to_jsonb(o)) was
    join jsonb_each(to_jsonb(n)) became using (key)
    where was.value <> became.value and was.key <> 'updated_at'
  ) as change
  cross join lateral (values
    ('updated', change.previous - 'assigned_to' - 'stage' <> '{}'),
    ('stage.changed', change.previous ? 'stage'),
    ('assigned', change.previous ? 'assigned_to' and n.assigned_to is not null)
  ) as happened (name, is_so)
  where happened.is_so;
  return null;
end
$$;

do $$
declare
  entity text;
begin
  foreach entity in array array['contact', 'deal'] loop
    execute format(
      'create trigger capture_inserts after insert on public.%I referencing new table as new_rows
         for each statement execute function webhooks_internal.capture_inserts(%L)', entity || 's', entity);
    execute format(
      'create trigger capture_updates after update on public.%I referencing old table as old_rows new table as new_rows
         for each statement execute function webhooks_internal.capture_updates(%L)', entity || 's', entity);
  end loop;
end
$$;
