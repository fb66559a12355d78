-- Claims due deliveries fairly: as many for each endpoint as it has free slots, oldest first. If the limit is reached, every
-- endpoint gets its first delivery before any gets its second.
--
-- :busy [{webhook_id, load, ahead}]: the endpoints that are not idle; :claim_ahead: what an idle endpoint gets, as a multiple of
-- its slots; :except: deliveries to skip; :only: the only deliveries to claim; null: any.
--
-- With 100,000 deliveries of one failing endpoint due, stepping from endpoint to endpoint costs a sixth of a global order
-- with exclusions.
--
-- A delivery with a turn is claimed only when those of its record with smaller turns are gone: see migrations/core/050_record_order.sql.
--
-- An endpoint with `is_parked` has a row in endpoint_health that says what it may get. The row is locked, so that one of several
-- nodes takes the probe or the tokens; the others skip the endpoint. An endpoint on hold or paused costs nothing more until its
-- probe is due or its pause ends, however much it has queued.
with endpoints as (
  select t.*, coalesce(busy.load, 0) as load,
    -- Probes and deliveries with a token never wait in memory: they are sent as soon as they are claimed.
    case
      when t.is_held or t.rate_limit is not null then coalesce(t.max_in_flight, :default_max_in_flight::integer)
      else coalesce(busy.ahead, coalesce(t.max_in_flight, :default_max_in_flight::integer) * :claim_ahead::integer)
    end - coalesce(busy.load, 0) as free
  from webhooks_internal.queued_webhooks w
  join webhooks_internal.targets t on t.webhook_id = w.webhook_id and t.is_active
  left join json_to_recordset(:busy::json) as busy (webhook_id uuid, load integer, ahead integer) on busy.webhook_id = t.webhook_id
),
gates as (
  select h.webhook_id, h.phase, h.probe_at, h.draining_since, h.drained, h.rate_used_until
  from endpoints e
  join webhooks_internal.endpoint_health h on h.webhook_id = e.webhook_id
  where e.is_parked and e.free > 0
    and (not e.is_held or h.probe_at <= now())
    and (h.draining_since is null or h.draining_since <= now())
    and (e.rate_limit is null or h.rate_used_until <= now())
  for update of h skip locked
),
open as (
  select e.webhook_id, e.url, e.secret, e.previous_secret, e.sealed_headers, e.sealed_auth, e.signing_keys, e.timeout_ms, e.max_in_flight, e.is_healthy,
    e.is_held, e.is_parked, e.is_ordered, e.rate_limit,
    least(
      e.free,
      case g.phase
        when 'held' then (g.probe_at <= now())::integer
        when 'draining' then webhooks_internal.drain_window(g.draining_since, g.drained) - e.load
      end,
      case when e.rate_limit is not null then webhooks_internal.tokens(e.rate_limit, g.rate_used_until) end
    ) as free
  from endpoints e
  left join gates g on g.webhook_id = e.webhook_id
  where e.free > 0 and (not e.is_parked or g.webhook_id is not null)
    and exists (select from webhooks_internal.queue q where q.webhook_id = e.webhook_id and q.due_at <= now())
),
due as (
  select o.*, q.place, q.due_at, row_number() over (partition by o.webhook_id order by q.due_at) as turn
  from open o
  cross join lateral (
    select q.ctid as place, q.due_at
    from webhooks_internal.queue q
    where q.webhook_id = o.webhook_id and q.due_at <= now()
      and q.delivery_id <> all (:except::uuid[]) and (:only?::uuid[] is null or q.delivery_id = any (:only?::uuid[]))
      and (q.record_key is null or not exists (
        select from webhooks_internal.queue b
        where b.webhook_id = q.webhook_id and b.record_key = q.record_key and b.turn < q.turn
          and b.due_at <> webhooks_internal.never_due()))
    order by q.due_at
    -- An equal share for each endpoint, so that no more rows are locked than are taken.
    limit greatest(0, least(o.free, ceil(:limit::numeric / (select count(*) from open where open.free > 0))))
    for update skip locked
  ) as q
  where o.free > 0
),
chosen as (
  select * from due order by turn, due_at limit :limit
),
-- The next probe is not due before the lease of this one ends. If the node dies, that is when the next one follows.
used as (
  update webhooks_internal.endpoint_health h
  set probe_at = case when h.phase = 'held' then now() + (coalesce(c.timeout_ms, :default_timeout_ms::integer) + :lease_margin_ms::integer) * interval '1 millisecond' end,
    probe_lease = case when h.phase = 'held' then :lease::uuid end,
    rate_used_until = case
      when c.rate_limit is not null then webhooks_internal.use_tokens(c.rate_limit, h.rate_used_until, c.taken)
      else h.rate_used_until
    end
  from (
    select webhook_id, timeout_ms, rate_limit, count(*) as taken from chosen where is_parked
    group by webhook_id, timeout_ms, rate_limit
  ) as c
  where h.webhook_id = c.webhook_id
),
claimed as (
  update webhooks_internal.queue q
  set lease = :lease::uuid,
    lease_node = :node_id::uuid,
    due_at = now() + (coalesce(c.timeout_ms, :default_timeout_ms::integer) + :lease_margin_ms::integer) * interval '1 millisecond'
  from chosen c
  where q.ctid = c.place
  returning q.delivery_id, q.attempts, q.trigger, c.webhook_id, c.url, c.secret, c.previous_secret, c.sealed_headers, c.sealed_auth, c.signing_keys, c.timeout_ms, c.max_in_flight,
    c.is_healthy, c.is_held, c.is_parked, c.is_ordered
)
-- The larger of both counts, because either may be behind: the delivery's in this statement's snapshot, and the queue's when a
-- manual retry that waited for an outcome has put the row back.
select d.id as "id!", d.organization_id as "organization_id!", d.event_id as "event_id!", d.event as "event!",
  greatest(c.attempts, d.attempts) as "attempts!", d.status as "status!",
  webhooks_internal.event_body(e.event, e.timestamp, e.data, coalesce(d.previous, e.previous)) as "body!",
  d.previous is not null as "has_own_previous!", d.redact, d.shape, e.traceparent, c.trigger,
  c.webhook_id as "webhook_id!", c.url as "url!", c.secret, c.previous_secret, c.sealed_headers, c.sealed_auth, c.signing_keys, c.timeout_ms, c.max_in_flight,
  c.is_healthy as "is_healthy!", c.is_held as "is_held!", c.is_parked as "is_parked!", c.is_ordered as "is_ordered!"
from claimed c
cross join lateral (select * from webhooks.webhook_deliveries d where d.id = c.delivery_id limit 1) as d
cross join lateral (
  select * from webhooks.webhook_events e where e.id = d.event_id and e.organization_id = d.organization_id limit 1
) as e
