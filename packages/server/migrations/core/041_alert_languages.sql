-- Alert mails in the language of their recipient.

alter table webhooks.webhook_alert_recipients
  add column locale text not null default 'en' constraint locale_length check (length(locale) between 2 and 20);

comment on column webhooks.webhook_alert_recipients.locale is 'The language of the mails to this address';

alter table webhooks_internal.alert_mails
  add column locale text not null default 'en' constraint locale_length check (length(locale) <= 20);

grant insert (locale), update (locale) on webhooks.webhook_alert_recipients to webhooks_service, webhooks_api;

-- An address that is there twice gets one mail.
create or replace function webhooks_internal.announce_alert() returns trigger
language plpgsql security definer
set search_path = pg_catalog
as $$
begin
  insert into webhooks_internal.alert_mails (alert_id, recipient, locale)
  select distinct on (r.email) new.id, r.email, r.locale
  from webhooks.webhook_alert_recipients r
  where r.organization_id = new.organization_id
  order by r.email, r.created_at, r.id;
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
