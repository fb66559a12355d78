-- How an endpoint does, and how fast it may be sent to. See src/domain/circuit-breaker.ts for the states and what moves between
-- them.

alter table webhooks.webhook_configurations
  add column rate_limit integer check (rate_limit between 1 and 10000),
  -- What the API shows of it.
  add column health text not null default 'healthy' check (health in ('healthy', 'degraded', 'held')),
  add column health_since timestamptz not null default now(),
  add column health_reason text,
  -- Of the certificate that the endpoint showed last; null: none was seen, or the URL is not https.
  add column certificate_expires_at timestamptz,
  -- Held, or draining what was held: its deliveries wait in the queue for their turn instead of being sent from the memory
  -- of the node that fans them out.
  add column is_parked boolean not null default false;

grant select (rate_limit, health, health_since, health_reason, certificate_expires_at), insert (rate_limit), update (rate_limit)
on webhooks.webhook_configurations to webhooks_service, webhooks_api;

-- One row for a webhook that has a rate limit or has failed. A claim that has to keep to it locks it, so that it holds
-- over all nodes.
create table webhooks_internal.endpoint_health (
  webhook_id uuid primary key,
  phase text not null default 'healthy' check (phase in ('healthy', 'degraded', 'held', 'draining')),
  -- Failures since the last success, and when the first of them began.
  failures integer not null default 0,
  failing_since timestamptz,
  -- Held: when the next probe may go, how long it was waited for, and the lease of the one that is under way.
  probe_at timestamptz,
  probe_wait_ms integer,
  probe_lease uuid,
  -- Draining: since when, and successes since.
  draining_since timestamptz,
  drained integer not null default 0,
  -- GCRA: the time up to which `rate_limit` is used up.
  rate_used_until timestamptz not null default '-infinity'
)
with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);

create or replace view webhooks_internal.targets as
select id as webhook_id, organization_id, events, is_active, filter, url, secret,
  case when previous_secret_until > now() then previous_secret end as previous_secret, previous_secret_until,
  sealed_headers, timeout_ms, max_in_flight,
  health = 'healthy' as is_healthy, health = 'held' as is_held, is_parked or rate_limit is not null as is_parked, rate_limit
from webhooks.webhook_configurations;

-- When the delivery with this UUIDv7 was made.
create function webhooks_internal.made_at(id uuid) returns timestamptz
language sql immutable parallel safe
as $$
  select to_timestamp(('x' || substr(id::text, 1, 8) || substr(id::text, 10, 4))::bit(48)::bigint / 1000.0)
$$;

-- The three below are plain expressions, so that they become part of the statement that calls them.

-- Requests that conform to the rate right now: those that a clock ticking `rate` times a second has given since
-- `used_until`, of which it keeps no more than 100 ms' worth, and one.
create function webhooks_internal.tokens(rate integer, used_until timestamptz) returns integer
language sql stable parallel safe
as $$
  select greatest(0, floor(extract(epoch from now() - greatest(used_until, now() - interval '100 milliseconds')) * rate) + 1)::integer
$$;

create function webhooks_internal.use_tokens(rate integer, used_until timestamptz, used bigint) returns timestamptz
language sql stable parallel safe
as $$
  select greatest(used_until, now() - interval '100 milliseconds') + used * (interval '1 second' / rate)
$$;

-- Requests that may be under way to an endpoint whose backlog drains: twice as many each second, and one more for each success.
create function webhooks_internal.drain_window(draining_since timestamptz, drained integer) returns integer
language sql stable parallel safe
as $$
  select least(power(2, least(10, floor(extract(epoch from now() - draining_since)))), drained + 1)::integer
$$;

-- Milliseconds until something in the queue may be claimed, as far as its time, its probe and its rate go, less than nothing
-- when it may already; null: never. Leaves out what could have been claimed `known_ms` ago. A function, because a database
-- that plans every statement anew keeps the plan of this one: it is asked when idle.
create function webhooks_internal.next_claim_ms(known_ms double precision) returns double precision
language plpgsql volatile
set search_path = pg_catalog
as $$
begin
  return (
    select 1000 * extract(epoch from min(turn.at) - now())
    from webhooks_internal.queued_webhooks w
    join webhooks_internal.targets t on t.webhook_id = w.webhook_id and t.is_active
    left join webhooks_internal.endpoint_health h on t.is_parked and h.webhook_id = w.webhook_id
    cross join lateral (
      select greatest(
        (select q.due_at from webhooks_internal.queue q where q.webhook_id = w.webhook_id order by q.due_at limit 1),
        -- Probes of many endpoints go together, once a second.
        case when t.is_held then date_trunc('second', h.probe_at) + interval '1 second' end,
        case when t.rate_limit is not null then h.rate_used_until end
      ) as at
    ) as turn
    where known_ms is null or turn.at > now() - known_ms * interval '1 millisecond'
  );
end
$$;

-- A webhook that is switched on again, or has another address, starts afresh. Its rate goes on.
create function webhooks_internal.start_health_afresh() returns trigger
language plpgsql security definer
set search_path = pg_catalog
as $$
begin
  update webhooks_internal.endpoint_health
  set phase = 'healthy', failures = 0, failing_since = null, probe_at = null, probe_wait_ms = null, probe_lease = null,
    draining_since = null, drained = 0
  where webhook_id = new.id;
  new.is_parked := false;
  new.health_reason := null;
  if new.url <> old.url then
    new.certificate_expires_at := null;
  end if;
  if new.health <> 'healthy' then
    new.health := 'healthy';
    new.health_since := now();
  end if;
  return new;
end
$$;

create trigger start_health_afresh before update on webhooks.webhook_configurations
for each row when (new.url <> old.url or (new.is_active and not old.is_active))
execute function webhooks_internal.start_health_afresh();

-- The row that claims lock, there as soon as there is a rate to keep to; gone with the webhook.
create function webhooks_internal.keep_endpoint_health() returns trigger
language plpgsql security definer
set search_path = pg_catalog
as $$
begin
  if tg_op = 'DELETE' then
    delete from webhooks_internal.endpoint_health where webhook_id = old.id;
  elsif new.rate_limit is not null then
    insert into webhooks_internal.endpoint_health (webhook_id) values (new.id) on conflict do nothing;
  end if;
  return null;
end
$$;

create trigger keep_endpoint_health after insert or delete or update of rate_limit on webhooks.webhook_configurations
for each row execute function webhooks_internal.keep_endpoint_health();

-- The engine's note of how the endpoint does, and of its certificate, is no change of the configuration.
drop trigger touch_updated_at on webhooks.webhook_configurations;
create trigger touch_updated_at before update on webhooks.webhook_configurations
for each row when (
  (new.health, new.health_since, new.health_reason, new.is_parked, new.certificate_expires_at)
    is not distinct from (old.health, old.health_since, old.health_reason, old.is_parked, old.certificate_expires_at)
  or new.url <> old.url or new.is_active <> old.is_active
)
execute function webhooks_internal.touch_updated_at();

create or replace function webhooks_internal.on_webhook_change() returns trigger
language plpgsql security definer
set search_path = pg_catalog
as $$
begin
  if tg_op = 'DELETE' then
    insert into webhooks_internal.cancellations (webhook_id, reason) values (old.id, 'webhook deleted');
  elsif old.is_active and not new.is_active then
    insert into webhooks_internal.cancellations (webhook_id, reason)
    values (new.id, coalesce('webhook disabled: ' || new.disabled_reason, 'webhook disabled'));
  elsif (old.health, old.health_since, old.health_reason, old.certificate_expires_at)
      is distinct from (new.health, new.health_since, new.health_reason, new.certificate_expires_at)
    and new.url = old.url and new.is_active and new.is_parked <= old.is_parked then
    -- A note of the engine's by which nothing has to be given back that waits in a node's memory.
    return null;
  end if;
  perform pg_notify('webhooks_changed', old.id::text);
  return null;
end
$$;
