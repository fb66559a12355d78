-- Sessions of the settings page and the one-time links that open them. Of a token only its SHA-256 is stored: it has 256
-- bits of randomness, as a key has. The engine's own; nobody else reads them.

-- What ends with the key behind it refers to it: an organization's by `api_key_id`, the operator's by `service_mark`, a keyed
-- digest of the service key, so that a service key that is replaced ends its sessions too. Neither: made with a JWT.
create table webhooks_internal.portal_links (
  id uuid primary key default webhooks.uuid_v7(),
  organization_id uuid not null,
  token_hash bytea not null unique check (octet_length(token_hash) = 32),
  api_key_id uuid references webhooks.api_keys (id) on delete cascade,
  service_mark text,
  created_at timestamptz not null default now(),
  -- Of the link and of the session that it opens.
  expires_at timestamptz not null
);

create table webhooks_internal.sessions (
  id uuid primary key default webhooks.uuid_v7(),
  token_hash bytea not null unique check (octet_length(token_hash) = 32),
  -- Null: the operator, for every organization.
  organization_id uuid,
  scope text not null check (scope in ('service', 'admin', 'read')),
  api_key_id uuid references webhooks.api_keys (id) on delete cascade,
  service_mark text,
  -- The link that opened it, used up by that.
  portal_link_id uuid,
  created_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  -- Moves on with use, up to `latest_end`.
  expires_at timestamptz not null,
  latest_end timestamptz not null,
  ended_at timestamptz,
  check ((organization_id is null) = (scope = 'service'))
);

create index portal_links_end on webhooks_internal.portal_links (expires_at);
create index sessions_end on webhooks_internal.sessions (expires_at);
create index portal_links_key on webhooks_internal.portal_links (api_key_id);
create index sessions_key on webhooks_internal.sessions (api_key_id);

-- Inboxes of the built-in test receiver: a webhook can be pointed at one and what arrives be looked at, without any other
-- program. Whoever knows the address may send to it: the id is the only secret, so it is random throughout.
create table webhooks.webhook_inboxes (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null,
  url text not null,
  -- What it answers, for trying failures.
  response_status integer not null default 200 check (response_status between 200 and 599),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null default now() + interval '24 hours'
);

create index webhook_inboxes_organization on webhooks.webhook_inboxes (organization_id, created_at);
create index webhook_inboxes_end on webhooks.webhook_inboxes (expires_at);

comment on table webhooks.webhook_inboxes is 'Addresses of the built-in test receiver';

create table webhooks.webhook_inbox_requests (
  id uuid primary key default webhooks.uuid_v7(),
  inbox_id uuid not null references webhooks.webhook_inboxes (id) on delete cascade,
  organization_id uuid not null,
  method text not null,
  headers json not null,
  -- The first 64 KiB of it, as text.
  body text not null,
  body_bytes integer not null,
  signature text not null check (signature in ('valid', 'invalid', 'unsigned', 'unknown')),
  created_at timestamptz not null default now()
);

create index webhook_inbox_requests_inbox on webhooks.webhook_inbox_requests (inbox_id, created_at desc, id desc);
create index webhook_inbox_requests_organization on webhooks.webhook_inbox_requests (organization_id, created_at desc);
create index webhook_inbox_requests_age on webhooks.webhook_inbox_requests (created_at);

comment on table webhooks.webhook_inbox_requests is 'What arrived at the test receiver, the last 50 requests of each inbox';

-- After the statement, when all its rows count; one organization's inserts take turns.
create function webhooks_internal.limit_inboxes() returns trigger
language plpgsql security definer
set search_path = pg_catalog
as $$
declare
  most constant integer := 10;
  crowded uuid;
begin
  perform pg_advisory_xact_lock(hashtextextended('inboxes of ' || organization_id, 0))
  from (select distinct organization_id from new_inboxes order by organization_id) as touched;
  delete from webhooks.webhook_inboxes i
  where i.organization_id in (select organization_id from new_inboxes) and i.expires_at <= now();
  select i.organization_id into crowded
  from webhooks.webhook_inboxes i
  where i.organization_id in (select organization_id from new_inboxes)
  group by i.organization_id
  having count(*) > most
  limit 1;
  if crowded is not null then
    raise exception using errcode = '53400',
      message = format('an organization has at most %s inboxes', most),
      detail = format('Organization %s would have more.', crowded),
      hint = 'Delete one that is not needed any more; each ends by itself after 24 hours.';
  end if;
  return null;
end
$$;

create trigger limit_inboxes after insert on webhooks.webhook_inboxes
referencing new table as new_inboxes
for each statement execute function webhooks_internal.limit_inboxes();


select webhooks_internal.separate_organizations('webhooks.webhook_inboxes', 'webhooks.webhook_inbox_requests');

grant select, insert (id, organization_id, url, response_status), update (response_status), delete
on webhooks.webhook_inboxes to webhooks_service, webhooks_api;
grant select on webhooks.webhook_inbox_requests to webhooks_service, webhooks_api;

select webhooks_internal.grant_scopes();
