-- References between records, and from webhooks to organizations.

-- Deleting an organization deletes its webhooks, keys, inboxes, links and sessions.
alter table webhooks.webhook_configurations
  add foreign key (organization_id) references public.organizations (id) on delete cascade;
alter table webhooks.api_keys
  add foreign key (organization_id) references public.organizations (id) on delete cascade;
alter table webhooks.webhook_inboxes
  add foreign key (organization_id) references public.organizations (id) on delete cascade;
alter table webhooks_internal.portal_links
  add foreign key (organization_id) references public.organizations (id) on delete cascade;
alter table webhooks_internal.sessions
  add foreign key (organization_id) references public.organizations (id) on delete cascade;

-- A record refers only to records of its own organization. Foreign keys ignore row-level security, so without these triggers
-- one organization could refer to rows of another, and find out that they exist. The error is the one for a row that
-- does not exist.
do $$
declare
  reference text[];
begin
  foreach reference slice 1 in array array[
    array['contact_id', 'contacts'], array['conversation_id', 'conversations'], array['broadcast_id', 'broadcasts']
  ] loop
    execute format(
      $function$
        create function webhooks_internal.require_own_%1$s() returns trigger
        language plpgsql security definer
        set search_path = pg_catalog
        as $body$
        begin
          if exists (
            select from public.%2$I r where r.id = new.%1$I and r.organization_id <> new.organization_id
          ) then
            raise foreign_key_violation using
              message = format('insert or update on table "%%s" violates foreign key constraint "%%1$s_%1$s_fkey"', tg_table_name),
              detail = 'Key is not present in table "%2$s".',
              table = tg_table_name, schema = tg_table_schema, constraint = tg_table_name || '_%1$s_fkey';
          end if;
          return new;
        end
        $body$
      $function$, reference[1], reference[2]);
  end loop;

  foreach reference slice 1 in array array[
    array['deals', 'contact_id'], array['conversations', 'contact_id'], array['meetings', 'contact_id'],
    array['messages', 'contact_id'], array['messages', 'conversation_id'], array['messages', 'broadcast_id']
  ] loop
    execute format(
      'create trigger %3$I before insert on public.%1$I for each row when (new.%2$I is not null)
         execute function webhooks_internal.%3$I()', reference[1], reference[2], 'require_own_' || reference[2]);
    execute format(
      'create trigger %4$I before update on public.%1$I for each row
         when (new.%2$I is distinct from old.%2$I or new.organization_id <> old.organization_id)
         execute function webhooks_internal.%3$I()',
      reference[1], reference[2], 'require_own_' || reference[2], 'keep_own_' || reference[2]);
  end loop;
end
$$;
