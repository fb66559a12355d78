-- Events that were taken from a stream are stored with their deliveries, after they were sent: they do not go to the outbox.

-- A node that brings events to the streams holds a lease of the outbox like others. While there is one, the others take no more: an event
-- must not pass an earlier one about its record that is in a stream.
alter table webhooks_internal.outbox_leases add column publishes boolean not null default false;

-- As before, and not for such events.
create or replace function webhooks_internal.fill_outbox() returns trigger
language plpgsql security definer
set search_path = pg_catalog
as $$
begin
  if current_setting('webhooks.from_stream', true) = 'on' then
    return null;
  end if;
  insert into webhooks_internal.outbox (event_id, organization_id)
  select e.id,
    case
      when json_typeof(e.data) = 'object' and coalesce(json_typeof(e.previous), 'object') = 'object'
        and e.timestamp >= '1970-01-01' and e.timestamp < '10000-01-01'
      then e.organization_id
      else webhooks_internal.refuse_event(e.data, e.previous)
    end
  from new_events e;
  if found and webhooks_internal.needs_wakeup() then
    perform pg_notify('webhooks_outbox', '');
  end if;
  return null;
end
$$;
