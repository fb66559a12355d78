-- An endpoint that asked to be left alone (Retry-After) drains from a time in the future on: nothing is sent to it before.

comment on column webhooks_internal.endpoint_health.draining_since is
  'Draining: since when; in the future while the endpoint is paused by its Retry-After';

-- Requests that may be in flight to an endpoint whose backlog drains: twice as many each second, and one more for each success;
-- none before the drain begins.
create or replace function webhooks_internal.drain_window(draining_since timestamptz, drained integer) returns integer
language sql stable parallel safe
as $$
  select case when draining_since > now() then 0
    else least(power(2, least(10, floor(extract(epoch from now() - draining_since)))), drained + 1)::integer end
$$;

-- As before, and not before the end of a pause.
create or replace function webhooks_internal.next_claim_ms(known_ms double precision) returns double precision
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
        case when h.phase = 'draining' then h.draining_since end,
        case when t.rate_limit is not null then h.rate_used_until end
      ) as at
    ) as turn
    where known_ms is null or turn.at > now() - known_ms * interval '1 millisecond'
  );
end
$$;
