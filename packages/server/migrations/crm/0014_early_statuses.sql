-- News of an outbound message that is not there yet: whoever sends one is told its id by the provider, which may tell of its
-- progress before the sender has stored that id. Looked at again until the message is there, for an hour.
create table webhooks_internal.early_statuses (
  organization_id uuid not null references public.organizations (id) on delete cascade,
  external_id text not null,
  status text not null,
  reached_at timestamptz not null,
  error text,
  created_at timestamptz not null default now(),
  primary key (organization_id, external_id, status)
);

create index early_statuses_age on webhooks_internal.early_statuses (created_at);
