-- What an organization is told of its webhooks by itself: that one fails and how far it is on the way to deactivation, that it
-- was deactivated, that it answers again, that deliveries were given up. See docs/alerts.md.

create table webhooks.webhook_alerts (
  id uuid primary key default webhooks.uuid_v7(),
  organization_id uuid not null,
  webhook_id uuid not null,
  webhook_name text not null,
  type text not null
    check (type in ('webhook.failing', 'webhook.deactivated', 'webhook.recovered', 'delivery.exhausted')),
  -- Percent of the way to deactivation, where the alert is about that.
  threshold integer check (threshold in (50, 70, 90, 100)),
  -- Within which window it is said once: since when the endpoint fails, or the hour.
  since timestamptz not null,
  -- How many deliveries, where the alert is about those.
  count integer not null default 1,
  message text not null,
  created_at timestamptz not null default now(),
  -- Whichever node comes first says it.
  unique nulls not distinct (webhook_id, type, since, threshold)
);

create index webhook_alerts_organization on webhooks.webhook_alerts (organization_id, created_at desc, id desc);
create index webhook_alerts_age on webhooks.webhook_alerts (created_at);

comment on table webhooks.webhook_alerts is 'What an organization was told of its webhooks: failing, deactivated, recovered, deliveries given up';
comment on column webhooks.webhook_alerts.webhook_id is '@references webhooks.webhook_configurations(id)';

create table webhooks.webhook_alert_recipients (
  id uuid primary key default webhooks.uuid_v7(),
  organization_id uuid not null,
  email text not null check (length(email) between 3 and 254 and email ~ '^[^\s@]+@[^\s@]+$'),
  created_at timestamptz not null default now()
);

create index webhook_alert_recipients_organization on webhooks.webhook_alert_recipients (organization_id);

comment on table webhooks.webhook_alert_recipients is 'Who is sent an organization''s alerts by e-mail';

-- Mails to be sent; a row goes when its mail has gone, or has been tried for a day.
create table webhooks_internal.alert_mails (
  id uuid primary key default webhooks.uuid_v7(),
  alert_id uuid not null references webhooks.webhook_alerts (id) on delete cascade,
  recipient text not null,
  attempts integer not null default 0,
  -- When it may be tried; while somebody tries, when that is given up.
  due_at timestamptz not null default now(),
  created_at timestamptz not null default now()
);

create index alert_mails_due on webhooks_internal.alert_mails (due_at);
create index alert_mails_alert on webhooks_internal.alert_mails (alert_id);

-- An alert and what tells of it are one transaction. The event is emitted where somebody subscribes to it; it goes to
-- the organization's own webhooks as any other does.
create function webhooks_internal.announce_alert() returns trigger
language plpgsql security definer
set search_path = pg_catalog
as $$
begin
  insert into webhooks_internal.alert_mails (alert_id, recipient)
  select distinct new.id, r.email from webhooks.webhook_alert_recipients r where r.organization_id = new.organization_id;
  if exists (
    select from webhooks.webhook_configurations c
    where c.organization_id = new.organization_id and c.is_active
      and c.events && array[new.type, split_part(new.type, '.', 1) || '.*']
  ) then
    insert into webhooks.webhook_events (organization_id, event, data, source)
    values (new.organization_id, new.type, json_build_object(
      'id', new.id, 'webhook_id', new.webhook_id, 'webhook_name', new.webhook_name, 'threshold', new.threshold,
      'since', new.since, 'count', new.count, 'message', new.message), 'alert');
  end if;
  return null;
end
$$;

create trigger announce_alert after insert on webhooks.webhook_alerts
for each row execute function webhooks_internal.announce_alert();

-- Nobody but the engine gives a reason: what a person switches off needs no alert.
create function webhooks_internal.alert_deactivation() returns trigger
language plpgsql security definer
set search_path = pg_catalog
as $$
begin
  insert into webhooks.webhook_alerts (organization_id, webhook_id, webhook_name, type, threshold, since, message)
  values (new.organization_id, new.id, new.name, 'webhook.deactivated', 100, coalesce(new.disabled_at, now()), new.disabled_reason)
  on conflict do nothing;
  return null;
end
$$;

create trigger alert_deactivation after update of disabled_reason on webhooks.webhook_configurations
for each row when (old.disabled_reason is null and new.disabled_reason is not null)
execute function webhooks_internal.alert_deactivation();

create trigger audit after insert or delete or update of email on webhooks.webhook_alert_recipients
for each row execute function webhooks_internal.audit('alert_recipient', '{}', '{created_at}');

select webhooks_internal.separate_organizations('webhooks.webhook_alerts');
select webhooks_internal.separate_organizations('webhooks.webhook_alert_recipients');
grant select on webhooks.webhook_alerts to webhooks_service, webhooks_api;
grant select, insert (organization_id, email), update (email), delete
on webhooks.webhook_alert_recipients to webhooks_service, webhooks_api;

select webhooks_internal.grant_scopes();
