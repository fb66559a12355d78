-- Endpoint health: the circuit breaker and the rate limit. src/domain/circuit-breaker.ts has the states and their transitions.

-- One row for each webhook that has failed or has a rate limit. A claim locks the row, so that probes and the rate hold
-- across all nodes.
create table webhooks_internal.endpoint_health (
  webhook_id uuid primary key,
  phase text not null default 'healthy' check (phase in ('healthy', 'degraded', 'held', 'draining')),
  -- Failures since the last success, and when the first of them began.
  failures integer not null default 0,
  failing_since timestamptz,
  -- Held: when the next probe is due, how long the wait for it is, and the lease of the probe that is being sent.
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

-- Creates the row as soon as the webhook has a rate limit, and deletes it with the webhook.
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

-- A webhook that is enabled again, or gets another URL, starts as healthy. Its rate limit stays in effect.
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

-- The next three functions are plain expressions, so that PostgreSQL inlines them.

-- Requests that the rate allows now: as many as `rate` a second have added since `used_until`, of which at most 100 ms'
-- worth are kept, and one.
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

-- Requests that may be in flight to an endpoint whose backlog drains: twice as many each second, and one more for each success.
create function webhooks_internal.drain_window(draining_since timestamptz, drained integer) returns integer
language sql stable parallel safe
as $$
  select least(power(2, least(10, floor(extract(epoch from now() - draining_since)))), drained + 1)::integer
$$;

-- Milliseconds until a delivery may be claimed, considering due times, probes and rates: negative if one may be claimed already,
-- null if never. Ignores deliveries that could have been claimed `known_ms` ago. Idle claimers call it often; as a function it
-- keeps its plan on a database that plans every statement again.
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
        -- Probes of many endpoints are claimed together, once a second.
        case when t.is_held then date_trunc('second', h.probe_at) + interval '1 second' end,
        case when t.rate_limit is not null then h.rate_used_until end
      ) as at
    ) as turn
    where known_ms is null or turn.at > now() - known_ms * interval '1 millisecond'
  );
end
$$;
