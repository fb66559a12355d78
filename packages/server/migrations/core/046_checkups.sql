-- Check-ups: how an endpoint takes what it may get, tried on request.

create table webhooks.webhook_checkups (
  id uuid primary key default webhooks.uuid_v7(),
  organization_id uuid not null,
  webhook_id uuid not null references webhooks.webhook_configurations (id) on delete cascade,
  -- As it was then: the webhook may have another one by now.
  url text not null constraint url_length check (length(url) <= 2048),
  status text not null check (status in ('pass', 'warn', 'fail')),
  -- Twelve checks, each with two texts, of which the longest quotes a library, and their codes.
  checks json not null constraint checks_length check (octet_length(checks::text) <= 262144),
  checked_at timestamptz not null default now()
);

create index webhook_checkups_webhook on webhooks.webhook_checkups (webhook_id, checked_at desc, id desc);
create index webhook_checkups_organization on webhooks.webhook_checkups (organization_id, checked_at);

comment on table webhooks.webhook_checkups is 'Results of rpc/check_endpoint, the last 20 of each webhook';
comment on column webhooks.webhook_checkups.url is 'The URL of the webhook at that time';
comment on column webhooks.webhook_checkups.status is 'The worst status of its checks';

-- One check-up at a time for each webhook, over all nodes. A claim ends by itself if the process dies.
create table webhooks_internal.running_checkups (
  webhook_id uuid primary key references webhooks.webhook_configurations (id) on delete cascade,
  claim uuid not null,
  ends_at timestamptz not null
);

select webhooks_internal.separate_organizations('webhooks.webhook_checkups');

grant select on webhooks.webhook_checkups to webhooks_service, webhooks_api;

select webhooks_internal.grant_scopes();
