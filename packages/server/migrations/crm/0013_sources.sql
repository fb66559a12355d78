-- What other services tell about an organization: Zoom of recordings, WhatsApp of messages. Their own webhooks arrive at
-- /sources/<provider>/<organization_id>, are verified with these secrets and written to the tables of the reference CRM, whose
-- triggers emit the events.

create table webhooks.webhook_sources (
  id uuid primary key default webhooks.uuid_v7(),
  organization_id uuid not null references public.organizations (id) on delete cascade,
  provider text not null check (provider in ('zoom', 'whatsapp')),
  -- Encrypted like the secrets of webhooks, each bound to its row and column. Zoom: the secret token; WhatsApp: the app secret.
  secret text not null check (secret like 'v1.%'),
  -- WhatsApp: what the handshake is answered for.
  verify_token text check (verify_token like 'v1.%'),
  has_secret boolean not null generated always as (secret is not null) stored,
  has_verify_token boolean not null generated always as (verify_token is not null) stored,
  secret_hint text not null,
  -- At most a minute behind.
  last_received_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (organization_id, provider)
);

create trigger touch_updated_at before update on webhooks.webhook_sources
for each row when ((new.secret, new.verify_token) is distinct from (old.secret, old.verify_token))
execute function webhooks_internal.touch_updated_at();

comment on table webhooks.webhook_sources is 'Services whose webhooks an organization receives, and what verifies them';

-- What arrived, was signed right, and is none of what is understood. The last thousand of an organization.
create table webhooks.webhook_source_payloads (
  id uuid primary key default webhooks.uuid_v7(),
  organization_id uuid not null references public.organizations (id) on delete cascade,
  provider text not null,
  reason text not null,
  -- The first 64 KiB.
  payload text not null,
  created_at timestamptz not null default now()
);

create index webhook_source_payloads_organization
on webhooks.webhook_source_payloads (organization_id, created_at desc, id desc);

comment on table webhooks.webhook_source_payloads is 'What sources sent that is not understood, kept as it came';

select webhooks_internal.separate_organizations('webhooks.webhook_sources', 'webhooks.webhook_source_payloads');

grant select (id, organization_id, provider, has_secret, has_verify_token, secret_hint, last_received_at, created_at, updated_at),
  insert (id, organization_id, provider, secret, verify_token, secret_hint),
  update (secret, verify_token, secret_hint),
  delete
on webhooks.webhook_sources to webhooks_service, webhooks_api;
grant select on webhooks.webhook_source_payloads to webhooks_service, webhooks_api;

select webhooks_internal.grant_scopes();
