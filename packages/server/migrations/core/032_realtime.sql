-- Changes that clients of /realtime/v1 follow. Triggers announce those of tables that are written now and then. The tables that
-- are written for each event have none: new rows there are found by their times, only while somebody follows them.
-- src/api/realtime/followed-tables.ts lists the tables.

-- Argument: the column that identifies a row. The announcement names the row; those who follow it read it once.
create function webhooks_internal.announce_row() returns trigger
language plpgsql
set search_path = pg_catalog
as $$
declare
  changed jsonb := case when tg_op = 'DELETE' then to_jsonb(old) else to_jsonb(new) end;
begin
  perform pg_notify('webhooks_rows', (jsonb_build_object('table', tg_table_name, 'type', tg_op, 'key', changed ->> tg_argv[0])
    || case when changed ? 'organization_id' then jsonb_build_object('organization_id', changed -> 'organization_id') else '{}' end)::text);
  return null;
end
$$;

create trigger announce_row after insert or update or delete on webhooks.webhook_configurations
for each row execute function webhooks_internal.announce_row('id');
create trigger announce_row after insert or update or delete on webhooks.webhook_event_types
for each row execute function webhooks_internal.announce_row('name');
create trigger announce_row after insert or update or delete on webhooks.webhook_redeliveries
for each row execute function webhooks_internal.announce_row('id');
create trigger announce_row after insert or update or delete on webhooks.webhook_erasures
for each row execute function webhooks_internal.announce_row('id');
create trigger announce_row after insert or update or delete on webhooks.webhook_alerts
for each row execute function webhooks_internal.announce_row('id');
create trigger announce_row after insert or update or delete on webhooks.webhook_alert_recipients
for each row execute function webhooks_internal.announce_row('id');
create trigger announce_row after insert or update or delete on webhooks.webhook_inboxes
for each row execute function webhooks_internal.announce_row('id');
-- Not when a key was last used.
create trigger announce_row after insert or delete or update of name, revoked_at on webhooks.api_keys
for each row execute function webhooks_internal.announce_row('id');
