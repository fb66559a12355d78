-- Incoming requests: to test inboxes, and webhooks of other services.

-- An inbox of the built-in test receiver. A webhook can send to it to inspect requests without another program.
-- The id is the only secret of its URL, so all of it is random.
create table webhooks.webhook_inboxes (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null,
  url text not null constraint url_length check (length(url) <= 2048),
  -- The status of the response, for trying out failures.
  response_status integer not null default 200 check (response_status between 200 and 599),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null default now() + interval '24 hours'
);

create index webhook_inboxes_organization on webhooks.webhook_inboxes (organization_id, created_at);
create index webhook_inboxes_end on webhooks.webhook_inboxes (expires_at);

comment on table webhooks.webhook_inboxes is 'Test inboxes: URLs of the built-in test receiver';

create table webhooks.webhook_inbox_requests (
  id uuid primary key default webhooks.uuid_v7(),
  inbox_id uuid not null references webhooks.webhook_inboxes (id) on delete cascade,
  organization_id uuid not null,
  method text not null constraint method_length check (length(method) <= 20),
  -- Node accepts 80 KiB, URL included; quotes and umlauts take two bytes in JSON.
  headers json not null constraint headers_length check (octet_length(headers::text) <= 262144),
  -- The first 64 KiB, as text.
  body text not null constraint body_length check (length(body) <= 65536),
  body_bytes integer not null,
  signature text not null check (signature in ('valid', 'invalid', 'unsigned', 'unknown')),
  created_at timestamptz not null default now()
);

create index webhook_inbox_requests_inbox on webhooks.webhook_inbox_requests (inbox_id, created_at desc, id desc);
create index webhook_inbox_requests_organization on webhooks.webhook_inbox_requests (organization_id, created_at desc);
create index webhook_inbox_requests_age on webhooks.webhook_inbox_requests (created_at);

comment on table webhooks.webhook_inbox_requests is 'Requests to test inboxes, the last 50 of each';

-- Verified payloads of sources that are still to be written to the CRM: the service gets its response at once. Sources belong
-- to the reference CRM; the queue is here because the program counts it with or without one.
create table webhooks_internal.source_queue (
  id uuid primary key default webhooks.uuid_v7(),
  organization_id uuid not null,
  provider text not null constraint provider_length check (length(provider) <= 20),
  payload bytea not null constraint payload_length check (octet_length(payload) <= 4194304),
  -- Processed items, and the problems found in them: nine reasons of 200 characters, six bytes each in JSON.
  items_done integer not null default 0,
  reasons json not null default '{"told": [], "untold": 0}'
    constraint reasons_length check (length(reasons::text) <= 16384),
  created_at timestamptz not null default now()
);

-- Organizations take turns.
create index source_queue_turns on webhooks_internal.source_queue (organization_id, id);
