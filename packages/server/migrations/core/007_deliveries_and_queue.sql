-- Deliveries: one row for each event and webhook. src/domain/delivery.ts has the states and their transitions.

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
  -- The record that the event is about: `id` of its data. It never changes, so recording an outcome touches no index.
  record_id text,
  -- The webhook's `redact` when the delivery was made, so that every attempt sends the same bytes. Null, which takes no
  -- space, for nearly all.
  redact text[],
  check ((completed_at is null) = (status in ('pending', 'retrying')))
)
partition by range (id);

create index webhook_deliveries_webhook on webhooks.webhook_deliveries (webhook_id, created_at desc);
create index webhook_deliveries_organization on webhooks.webhook_deliveries (organization_id, created_at desc);
create index webhook_deliveries_event on webhooks.webhook_deliveries (event_id);
create index webhook_deliveries_record on webhooks.webhook_deliveries (record_id) where record_id is not null;

create table webhooks_internal.webhook_deliveries_default partition of webhooks.webhook_deliveries default;
create index webhook_deliveries_default_age on webhooks_internal.webhook_deliveries_default (created_at);

comment on table webhooks.webhook_deliveries is 'One event on its way to one webhook';
comment on column webhooks.webhook_deliveries.webhook_id is '@references webhooks.webhook_configurations(id)';
-- `within`: a column that both tables have and that must be equal, too.
comment on column webhooks.webhook_deliveries.event_id is '@references webhooks.webhook_events(id) within organization_id';

-- Events that a webhook did not get because it was disabled or does not subscribe to them, counted. An event that its filter
-- rejects has a delivery with the status `filtered` instead.
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

-- The queue: one row for each delivery that is pending, retrying or being sent. A table of its own stays small, and lets
-- deliveries change without touching an index.
create table webhooks_internal.queue (
  delivery_id uuid primary key,
  webhook_id uuid not null,
  -- When the row may be claimed; under a lease, when the lease ends.
  due_at timestamptz not null default now(),
  -- Recorded attempts, a copy that a claim reads under its lock.
  attempts integer not null default 0,
  -- The fencing token of the current lease, and the node that holds it.
  lease uuid,
  lease_node uuid
)
with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);

-- Does not include `delivery_id`: if the table was empty when last analyzed, the planner considers all indexes equal, and
-- might keep a plan that looks a delivery up by scanning this one. Rows that are due at one time come in the order of storage.
create index queue_due on webhooks_internal.queue (webhook_id, due_at);

-- The due time of a row that is set aside: a delivery that was sent, but whose outcome the database refuses to store and
-- whose row it refuses to delete. Otherwise the row would be due again and again. See
-- src/pipeline/record/sql/set-aside.sql.
create function webhooks_internal.never_due() returns timestamptz
language sql immutable parallel safe
set search_path = pg_catalog
as $$ select '9999-12-31 00:00:00+00'::timestamptz $$;

create index queue_set_aside on webhooks_internal.queue (delivery_id)
  where due_at = '9999-12-31 00:00:00+00'::timestamptz;

-- The webhooks that have queued deliveries, found by stepping through the index from one to the next: the cost depends on
-- the number of webhooks, not of deliveries.
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

-- Counts in the queue: counting pending rows in webhook_deliveries would scan the webhook's whole history. Rows that are set
-- aside wait for nothing.
create view webhooks.webhook_queues with (security_invoker = true) as
select c.id as webhook_id, c.organization_id,
  (select count(*) from webhooks_internal.queue q where q.webhook_id = c.id and q.due_at < '9999-12-31 00:00:00+00'::timestamptz) as waiting,
  (select min(q.due_at) from webhooks_internal.queue q where q.webhook_id = c.id and q.due_at < '9999-12-31 00:00:00+00'::timestamptz) as due_at
from webhooks.webhook_configurations c;

comment on view webhooks.webhook_queues is 'How many deliveries of a webhook are still to be sent, and when the first is due';
comment on column webhooks.webhook_queues.webhook_id is '@primary @references webhooks.webhook_configurations(id)';

-- Running nodes. When a node's heartbeat stops, others release its leases without waiting for them to end.
create table webhooks_internal.nodes (
  id uuid primary key,
  started_at timestamptz not null default now(),
  seen_at timestamptz not null default now()
);
