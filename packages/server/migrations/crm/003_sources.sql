-- Sources: other services that report changes to an organization's records: Zoom recordings, WhatsApp messages. Their webhooks
-- arrive at /sources/<provider>/<organization_id>, are verified with these secrets and written to the tables of the reference
-- CRM, whose triggers emit the events.

create table webhooks.webhook_sources (
  id uuid primary key default webhooks.uuid_v7(),
  organization_id uuid not null references public.organizations (id) on delete cascade,
  provider text not null check (provider in ('zoom', 'whatsapp')),
  -- Encrypted like the secrets of webhooks, bound to row and column. Zoom: the secret token; WhatsApp: the app secret.
  secret text not null check (secret like 'v1.%') constraint secret_length check (length(secret) <= 2000),
  -- WhatsApp: the token of the handshake.
  verify_token text check (verify_token like 'v1.%') constraint verify_token_length check (length(verify_token) <= 2000),
  has_secret boolean not null generated always as (secret is not null) stored,
  has_verify_token boolean not null generated always as (verify_token is not null) stored,
  secret_hint text not null constraint secret_hint_length check (length(secret_hint) <= 100),
  -- Up to a minute late.
  last_received_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (organization_id, provider)
);

create trigger touch_updated_at before update on webhooks.webhook_sources
for each row when ((new.secret, new.verify_token) is distinct from (old.secret, old.verify_token))
execute function webhooks_internal.touch_updated_at();

create trigger audit after insert or delete or update of secret, verify_token on webhooks.webhook_sources
for each row execute function webhooks_internal.audit('source', '{secret,verify_token}',
  '{has_secret,has_verify_token,last_received_at,created_at,updated_at}');

comment on table webhooks.webhook_sources is 'Services whose webhooks an organization receives, and what verifies them';

-- Verified payloads that the program does not understand: the last thousand of each organization.
create table webhooks.webhook_source_payloads (
  id uuid primary key default webhooks.uuid_v7(),
  organization_id uuid not null references public.organizations (id) on delete cascade,
  provider text not null constraint provider_length check (length(provider) <= 20),
  reason text not null constraint reason_length check (length(reason) <= 2000),
  -- The first 64 KiB.
  payload text not null constraint payload_length check (length(payload) <= 65536),
  created_at timestamptz not null default now()
);

create index webhook_source_payloads_organization
on webhooks.webhook_source_payloads (organization_id, created_at desc, id desc);

comment on table webhooks.webhook_source_payloads is 'Payloads of sources that the program does not understand, unchanged';

-- Statuses of outbound messages that are not stored yet: the provider may report progress before the sender has stored the
-- message's id. They are retried for an hour, until the message is stored.
create table webhooks_internal.early_statuses (
  organization_id uuid not null references public.organizations (id) on delete cascade,
  external_id text not null constraint external_id_length check (length(external_id) <= 500),
  status text not null constraint status_length check (length(status) <= 20),
  reached_at timestamptz not null,
  error text constraint error_length check (length(error) <= 2000),
  created_at timestamptz not null default now(),
  primary key (organization_id, external_id, status)
);

create index early_statuses_age on webhooks_internal.early_statuses (created_at);
