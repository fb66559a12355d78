-- A record refers to records of its own organization only. Foreign keys look past row-level security: by themselves they
-- would let one organization hold on to, and so find out about, another one's rows. Refused with the very words for a
-- row that does not exist.

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
