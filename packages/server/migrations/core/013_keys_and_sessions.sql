-- API keys of organizations, sessions of the settings page, and the one-time links that open sessions. Keys and tokens are
-- stored as SHA-256 only: they have 256 random bits, so a slow hash would protect nothing more.

create table webhooks.api_keys (
  id uuid primary key default webhooks.uuid_v7(),
  organization_id uuid not null,
  name text not null check (name <> '') constraint name_length check (length(name) <= 200),
  scope text not null check (scope in ('admin', 'read', 'emit')),
  hint text not null constraint hint_length check (length(hint) <= 100),
  key_hash bytea not null unique check (octet_length(key_hash) = 32),
  last_used_at timestamptz,
  revoked_at timestamptz,
  created_at timestamptz not null default now()
);

create index api_keys_organization on webhooks.api_keys (organization_id, created_at);

comment on table webhooks.api_keys is 'Keys of organizations; only the response to the insert contains the key itself';

-- A revoked key stays revoked, for every role, and the database sets the time.
create function webhooks_internal.keep_revoked() returns trigger
language plpgsql
set search_path = pg_catalog
as $$
begin
  if old.revoked_at is not null then
    new.revoked_at := old.revoked_at;
  elsif new.revoked_at is not null then
    new.revoked_at := now();
  end if;
  return new;
end
$$;

create trigger keep_revoked before update on webhooks.api_keys
for each row when (new.revoked_at is distinct from old.revoked_at)
execute function webhooks_internal.keep_revoked();

-- Links and sessions end with the key that made them: an organization's by `api_key_id`, the operator's by `service_mark`, a
-- keyed digest of the service key, so that replacing the service key ends its sessions. Both are null for a JWT.
create table webhooks_internal.portal_links (
  id uuid primary key default webhooks.uuid_v7(),
  organization_id uuid not null,
  token_hash bytea not null unique check (octet_length(token_hash) = 32),
  api_key_id uuid references webhooks.api_keys (id) on delete cascade,
  service_mark text constraint service_mark_length check (length(service_mark) <= 64),
  created_at timestamptz not null default now(),
  -- When the link expires, and the session that it opens.
  expires_at timestamptz not null
);

create index portal_links_end on webhooks_internal.portal_links (expires_at);
create index portal_links_key on webhooks_internal.portal_links (api_key_id);

create table webhooks_internal.sessions (
  id uuid primary key default webhooks.uuid_v7(),
  token_hash bytea not null unique check (octet_length(token_hash) = 32),
  -- Null: the operator, for every organization.
  organization_id uuid,
  scope text not null check (scope in ('service', 'admin', 'read')),
  api_key_id uuid references webhooks.api_keys (id) on delete cascade,
  service_mark text constraint service_mark_length check (length(service_mark) <= 64),
  -- The link that opened it, which is deleted by that.
  portal_link_id uuid,
  created_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  -- Moves on with use, up to `latest_end`.
  expires_at timestamptz not null,
  latest_end timestamptz not null,
  ended_at timestamptz,
  check ((organization_id is null) = (scope = 'service'))
);

create index sessions_end on webhooks_internal.sessions (expires_at);
create index sessions_key on webhooks_internal.sessions (api_key_id);
