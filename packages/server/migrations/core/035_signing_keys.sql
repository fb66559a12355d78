-- Asymmetric signatures: an organization's Ed25519 key pairs, and which of its webhooks are signed with them.

alter table webhooks.webhook_configurations
  add column signature_type text not null default 'hmac' check (signature_type in ('hmac', 'ed25519'));

create table webhooks.webhook_signing_keys (
  id uuid primary key default webhooks.uuid_v7(),
  organization_id uuid not null,
  public_key text not null check (public_key like 'whpk\_%') constraint public_key_length check (length(public_key) <= 100),
  -- Encrypted and bound to `id`, like the secrets of webhooks.
  private_key text not null check (private_key like 'v1.%') constraint private_key_length check (length(private_key) <= 2000),
  created_at timestamptz not null default now(),
  -- The key was replaced and signs beside its successor until then. Null: the current key.
  expires_at timestamptz
);

create unique index webhook_signing_keys_current on webhooks.webhook_signing_keys (organization_id) where expires_at is null;
create index webhook_signing_keys_organization on webhooks.webhook_signing_keys (organization_id, created_at);
create index webhook_signing_keys_end on webhooks.webhook_signing_keys (expires_at) where expires_at is not null;

comment on table webhooks.webhook_signing_keys is
  'Public keys of organizations whose webhooks have the signature type ed25519; during a rotation also the replaced one';
comment on column webhooks.webhook_signing_keys.id is 'Also the kid of the published key';
comment on column webhooks.webhook_signing_keys.expires_at is 'When a replaced key stops signing; null for the current key';

-- Appended to the view as it is by now: other migrations may have added columns. The keys that sign a webhook's requests, the
-- current one first, as a JSON text that caches can compare; null for webhooks with secrets.
do $$
declare
  keys constant text := $column$,
  case when signature_type = 'ed25519' then coalesce((
    select json_agg(json_build_object('id', k.id, 'private_key', k.private_key) order by k.created_at desc, k.id desc)::text
    from webhooks.webhook_signing_keys k
    where k.organization_id = webhook_configurations.organization_id and (k.expires_at is null or k.expires_at > now())
  ), '[]') end as signing_keys$column$;
  was constant text := pg_get_viewdef('webhooks_internal.targets'::regclass);
  -- Without a schema where the role that installs is called like it, because its search path then has it.
  source constant text := substring(was from 'FROM (?:webhooks\.)?webhook_configurations');
begin
  execute 'create or replace view webhooks_internal.targets as '
    || overlay(was placing keys || ' ' || source from position(source in was) for length(source));
end
$$;

-- Nodes cache webhooks with their keys.
create trigger count_inserts after insert on webhooks.webhook_signing_keys referencing new table as changed
for each statement execute function webhooks_internal.count_subscription_change();
create trigger count_updates after update on webhooks.webhook_signing_keys referencing new table as changed
for each statement execute function webhooks_internal.count_subscription_change();
create trigger count_deletes after delete on webhooks.webhook_signing_keys referencing old table as changed
for each statement execute function webhooks_internal.count_subscription_change();

-- Deliveries that wait in a node's memory still have the keys of before.
create function webhooks_internal.announce_signing_keys() returns trigger
language plpgsql security definer
set search_path = pg_catalog
as $$
begin
  perform pg_notify('webhooks_changed', c.id::text)
  from webhooks.webhook_configurations c
  where c.organization_id = old.organization_id and c.signature_type = 'ed25519';
  return null;
end
$$;

create trigger announce_change after update of expires_at or delete on webhooks.webhook_signing_keys
for each row when (old.expires_at is null or old.expires_at > now())
execute function webhooks_internal.announce_signing_keys();

create trigger audit after insert or update on webhooks.webhook_signing_keys
for each row execute function webhooks_internal.audit('signing_key', '{private_key}', '{created_at}');

-- Stores the first key pair of an organization, in the transaction of the webhook that needs it and as its caller, who may
-- insert no keys otherwise. Of two at once, the first one stays.
create function webhooks_internal.store_signing_key(key_id uuid, owner uuid, public_part text, sealed_private_part text)
returns void
language sql security definer
set search_path = pg_catalog
as $$
  insert into webhooks.webhook_signing_keys (id, organization_id, public_key, private_key)
  select key_id, owner, public_part, sealed_private_part
  where coalesce(webhooks.current_organization() = owner, true)
  on conflict (organization_id) where expires_at is null do nothing
$$;

revoke execute on function webhooks_internal.store_signing_key, webhooks_internal.announce_signing_keys from public;
grant execute on function webhooks_internal.store_signing_key to webhooks_service, webhooks_api;

select webhooks_internal.separate_organizations('webhooks.webhook_signing_keys');

-- `private_key` cannot be read, and no key be written, by any of them.
grant select (id, organization_id, public_key, created_at, expires_at)
on webhooks.webhook_signing_keys to webhooks_service, webhooks_api;

grant select (signature_type), insert (signature_type), update (signature_type)
on webhooks.webhook_configurations to webhooks_service, webhooks_api;

select webhooks_internal.grant_scopes();
