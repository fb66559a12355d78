-- Alerts tell an organization that a webhook fails and how close it is to being disabled, that it was disabled, that it has
-- recovered, or that deliveries failed after their last attempt. See docs/alerts.md.

create table webhooks.webhook_alerts (
  id uuid primary key default webhooks.uuid_v7(),
  organization_id uuid not null,
  webhook_id uuid not null,
  webhook_name text not null constraint webhook_name_length check (length(webhook_name) <= 200),
  type text not null
    check (type in ('webhook.failing', 'webhook.deactivated', 'webhook.recovered', 'delivery.exhausted')),
  -- Percent of the time until the webhook is disabled, if the alert is about that.
  threshold integer check (threshold in (50, 70, 90, 100)),
  -- There is one alert for this time: when the endpoint began to fail, or the hour.
  since timestamptz not null,
  -- The number of deliveries, if the alert is about those.
  count integer not null default 1,
  message text not null constraint message_length check (length(message) <= 2000),
  created_at timestamptz not null default now(),
  -- The first node to notice inserts the alert.
  unique nulls not distinct (webhook_id, type, since, threshold)
);

create index webhook_alerts_organization on webhooks.webhook_alerts (organization_id, created_at desc, id desc);
create index webhook_alerts_age on webhooks.webhook_alerts (created_at);

comment on table webhooks.webhook_alerts is 'Alerts about an organization''s webhooks: failing, disabled, recovered, deliveries failed after their last attempt';
comment on column webhooks.webhook_alerts.webhook_id is '@references webhooks.webhook_configurations(id)';

create table webhooks.webhook_alert_recipients (
  id uuid primary key default webhooks.uuid_v7(),
  organization_id uuid not null,
  email text not null check (length(email) between 3 and 254 and email ~ '^[^\s@]+@[^\s@]+$'),
  created_at timestamptz not null default now()
);

create index webhook_alert_recipients_organization on webhooks.webhook_alert_recipients (organization_id);

comment on table webhooks.webhook_alert_recipients is 'Recipients of an organization''s alerts by email';

-- Mails to send. A row is deleted once its mail was sent, or after trying for a day.
create table webhooks_internal.alert_mails (
  id uuid primary key default webhooks.uuid_v7(),
  alert_id uuid not null references webhooks.webhook_alerts (id) on delete cascade,
  recipient text not null constraint recipient_length check (length(recipient) <= 254),
  attempts integer not null default 0,
  -- When the mail may be tried; while a node tries, when that node's lease ends.
  due_at timestamptz not null default now(),
  created_at timestamptz not null default now()
);

create index alert_mails_due on webhooks_internal.alert_mails (due_at);
create index alert_mails_alert on webhooks_internal.alert_mails (alert_id);

-- Queues the mails and emits the event in the transaction that inserts the alert. The event is emitted only if a webhook
-- subscribes to it, and goes to the organization's own webhooks like any other.
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

-- Only the system sets a reason. A webhook that a person disables needs no alert.
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
