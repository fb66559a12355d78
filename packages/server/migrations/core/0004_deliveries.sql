-- One row per event and webhook. See src/domain/delivery.ts for the states and what moves between them.

create table webhooks.webhook_deliveries (
  id uuid primary key default webhooks.uuid_v7(),
  organization_id uuid not null,
  webhook_id uuid not null,
  event_id uuid not null,
  event text not null,
  status text not null default 'pending'
    check (status in ('pending', 'retrying', 'delivered', 'failed', 'cancelled', 'filtered')),
  reason text,
  attempts integer not null default 0,
  next_attempt_at timestamptz,
  last_response_code integer,
  last_error text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  completed_at timestamptz,
  check ((completed_at is null) = (status in ('pending', 'retrying')))
)
partition by range (id);

create index webhook_deliveries_webhook on webhooks.webhook_deliveries (webhook_id, created_at desc);
create index webhook_deliveries_organization on webhooks.webhook_deliveries (organization_id, created_at desc);
create index webhook_deliveries_event on webhooks.webhook_deliveries (event_id);

create table webhooks_internal.webhook_deliveries_default partition of webhooks.webhook_deliveries default;
create index webhook_deliveries_default_age on webhooks_internal.webhook_deliveries_default (created_at);

-- The other decisions, counted: what was not delivered because the webhook was off or does not subscribe to it. (What its
-- filter kept back has a delivery of its own, with status `filtered`.)
create table webhooks.webhook_skips (
  organization_id uuid not null,
  webhook_id uuid not null,
  event text not null,
  reason text not null check (reason in ('inactive', 'not subscribed')),
  day date not null,
  count bigint not null,
  primary key (webhook_id, day, event, reason)
)
with (fillfactor = 50);

comment on table webhooks.webhook_skips is 'Events that a webhook did not get, by reason and day';
comment on column webhooks.webhook_skips.webhook_id is '@references webhooks.webhook_configurations(id)';

-- What is left to do, apart from what was done: one row for every delivery that is pending, retrying or being sent.
create table webhooks_internal.queue (
  delivery_id uuid primary key,
  webhook_id uuid not null,
  -- When it may be claimed; under a lease, when the lease ends.
  due_at timestamptz not null default now(),
  -- Recorded attempts, here as well so that a claim reads them under its lock.
  attempts integer not null default 0,
  -- The fencing token of whoever is sending it, and the node that this is.
  lease uuid,
  lease_node uuid
)
with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);

-- Without `delivery_id`: of a table that was empty when it was last looked at the planner believes any index to be as good
-- as another, and would keep a plan that finds a delivery by walking through all of this one. What is due at one moment is in
-- the order in which it was stored.
create index queue_due on webhooks_internal.queue (webhook_id, due_at);

-- The webhooks that have something queued, found by stepping through the index from one to the next: the cost follows
-- their number, not the number of deliveries.
create view webhooks_internal.queued_webhooks as
with recursive step as (
  (select q.webhook_id from webhooks_internal.queue q order by q.webhook_id limit 1)
  union all
  select (
    select q.webhook_id from webhooks_internal.queue q where q.webhook_id > s.webhook_id order by q.webhook_id limit 1
  )
  from step s
  where s.webhook_id is not null
)
select webhook_id from step where webhook_id is not null;

comment on table webhooks.webhook_deliveries is 'One event on its way to one webhook';
comment on column webhooks.webhook_deliveries.webhook_id is '@references webhooks.webhook_configurations(id)';
comment on column webhooks.webhook_deliveries.event_id is '@references webhooks.webhook_events(id)';

-- One row per attempt. What follows from the event and from the other columns is not kept a second time: the request body
-- (only a test, which has no event, brings its own) and the headers that say which event and attempt this is. Headers
-- are text, made by us and valid JSON: checking that again cost more than storing them.
create table webhooks_internal.attempts (
  id uuid primary key,
  organization_id uuid not null,
  webhook_id uuid not null,
  delivery_id uuid not null,
  event_id uuid not null,
  event text not null,
  url text not null,
  status text not null check (status in ('success', 'failed')),
  attempt integer not null,
  trigger text not null check (trigger in ('event', 'retry', 'manual', 'test')),
  response_code integer,
  error_code text,
  error_message text,
  diagnosis text,
  duration_ms integer not null,
  -- The other headers: signatures, the webhook's own with masked values; null: nothing was sent.
  request_headers text,
  request_body text,
  response_headers text,
  response_body text,
  next_attempt_at timestamptz,
  created_at timestamptz not null
)
partition by range (id);

create index attempts_webhook on webhooks_internal.attempts (webhook_id, created_at desc, id);
create index attempts_delivery on webhooks_internal.attempts (delivery_id, attempt);
create index attempts_organization on webhooks_internal.attempts (organization_id, created_at desc);

-- Few fail, and they are what people look for.
create index attempts_webhook_failed on webhooks_internal.attempts (webhook_id, created_at desc) where status = 'failed';

create table webhooks_internal.attempts_default partition of webhooks_internal.attempts default;
create index attempts_default_age on webhooks_internal.attempts_default (created_at);

-- The headers of a request as they were sent; src/sender/build-request.ts is where they are made.
create function webhooks_internal.request_headers(others text, event text, sent_at timestamptz, event_id uuid, delivery_id uuid,
  attempt integer) returns json
language sql stable parallel safe
as $$
  select case
    when others is null then '{}'
    else ('{"Content-Type":"application/json","X-Webhook-Event":' || to_json(event)::text
      || ',"X-Webhook-Timestamp":"' || to_char(sent_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
      || '","X-Webhook-Id":"' || event_id || '","X-Webhook-Delivery":"' || delivery_id
      || '","X-Webhook-Attempt":"' || attempt || '"' || case when others = '{}' then '}' else ',' || substr(others, 2) end)
  end::json
$$;

create view webhooks.webhook_logs with (security_invoker = true) as
select a.id, a.organization_id, a.webhook_id, a.delivery_id, a.event_id, a.event, a.url, a.status, a.attempt, a.trigger,
  a.response_code, a.error_code, a.error_message, a.diagnosis, a.duration_ms,
  webhooks_internal.request_headers(a.request_headers, a.event, a.created_at, a.event_id, a.delivery_id, a.attempt)
    as request_headers,
  coalesce(a.request_body, webhooks_internal.event_body(e.event, e.timestamp, e.data, e.previous)) as request_body,
  a.response_headers::json as response_headers, a.response_body, a.next_attempt_at, a.created_at
from webhooks_internal.attempts a
left join webhooks.webhook_events e on e.id = a.event_id;

comment on view webhooks.webhook_logs is 'Every request that was sent, or tried to be, and what came back';
comment on column webhooks.webhook_logs.id is '@primary';
comment on column webhooks.webhook_logs.webhook_id is '@references webhooks.webhook_configurations(id)';
comment on column webhooks.webhook_logs.delivery_id is '@references webhooks.webhook_deliveries(id)';
comment on column webhooks.webhook_logs.event_id is '@references webhooks.webhook_events(id)';

-- Running nodes. One whose heartbeat stops is dead: its leases are given back without waiting for their end.
create table webhooks_internal.nodes (
  id uuid primary key,
  started_at timestamptz not null default now(),
  seen_at timestamptz not null default now()
);

-- Until the program starts and goes on with it.
select webhooks_internal.add_partition(parent, (now() at time zone 'UTC')::date + day)
from unnest(array['webhooks.webhook_events', 'webhooks.webhook_deliveries', 'webhooks_internal.attempts']::regclass[]) as parent
cross join generate_series(0, 1) as day;
