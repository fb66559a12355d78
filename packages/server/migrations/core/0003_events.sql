-- Events and the outbox. The trigger makes the two one: no way of inserting an event can forget the outbox.

create table webhooks.webhook_events (
  id uuid primary key default webhooks.uuid_v7(),
  organization_id uuid not null,
  event text not null,
  -- `json`, not `jsonb`: the text stays as it was given, key order and numbers included, and with it the request body.
  data json not null check (json_typeof(data) = 'object'),
  previous json check (json_typeof(previous) = 'object'),
  "timestamp" timestamptz not null default now()
    check ("timestamp" >= '1970-01-01' and "timestamp" < '10000-01-01'),
  source text not null default 'api',
  created_at timestamptz not null default now()
);

create index webhook_events_organization on webhooks.webhook_events (organization_id, created_at desc);

comment on table webhooks.webhook_events is 'What happened; inserting a row emits the event';

create table webhooks_internal.outbox (
  id bigint generated always as identity primary key,
  event_id uuid not null
)
with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);

create function webhooks_internal.fill_outbox() returns trigger
language plpgsql security definer
set search_path = pg_catalog
as $$
begin
  insert into webhooks_internal.outbox (event_id) select id from new_events;
  if found then
    perform pg_notify('webhooks_outbox', '');
  end if;
  return null;
end
$$;

create trigger fill_outbox after insert on webhooks.webhook_events
referencing new table as new_events
for each statement execute function webhooks_internal.fill_outbox();

-- The request body, in the one place where it is written: the same event gives the same bytes on every attempt.
create function webhooks_internal.event_body(event text, happened_at timestamptz, data json, previous json) returns text
language sql stable parallel safe
as $$
  select '{"event":' || to_json(event)::text
    || ',"timestamp":"' || to_char(happened_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
    || '","data":' || data::text
    || coalesce(',"previous":' || previous::text, '')
    || '}'
$$;
