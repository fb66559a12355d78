-- Deleting an organization deletes its records, webhooks and keys at once, and its events, deliveries and logs soon.
create function webhooks_internal.note_deleted_organization() returns trigger
language plpgsql security definer
set search_path = pg_catalog
as $$
begin
  perform webhooks_internal.note_deleted_organizations(array_agg(gone.id)) from gone;
  return null;
end
$$;

revoke execute on function webhooks_internal.note_deleted_organization() from public;

create trigger note_deleted after delete on public.organizations referencing old table as gone
for each statement execute function webhooks_internal.note_deleted_organization();
