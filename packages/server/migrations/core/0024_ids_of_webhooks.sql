-- A webhook's id that an organization has used is never another one's, also when the webhook is gone: by it deliveries that still
-- wait are sent. Refused with the very words for an id that is in use.
create function webhooks_internal.keep_webhook_ids() returns trigger
language plpgsql security definer
set search_path = pg_catalog
as $$
begin
  -- All deliveries of one webhook are of one organization.
  if new.organization_id <> (select d.organization_id from webhooks.webhook_deliveries d where d.webhook_id = new.id limit 1) then
    raise unique_violation using
      message = 'duplicate key value violates unique constraint "webhook_configurations_pkey"',
      table = tg_table_name, schema = tg_table_schema, constraint = 'webhook_configurations_pkey';
  end if;
  return new;
end
$$;

create trigger keep_webhook_ids before insert on webhooks.webhook_configurations
for each row execute function webhooks_internal.keep_webhook_ids();
