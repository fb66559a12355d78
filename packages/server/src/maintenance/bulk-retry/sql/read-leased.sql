-- A statement of its own, after the lease is held, so that it sees an outcome recorded meanwhile.
select d.id, d.organization_id, d.event_id, d.event, d.attempts, d.status,
  webhooks_internal.event_body(e.event, e.timestamp, e.data, coalesce(d.previous, e.previous)) as "body!",
  d.previous is not null as "has_own_previous!", d.redact, d.shape, e.traceparent, q.trigger,
  c.webhook_id as "webhook_id!", c.url as "url!", c.secret, c.previous_secret, c.sealed_headers, c.sealed_auth, c.signing_keys, c.timeout_ms, c.max_in_flight,
  c.is_healthy as "is_healthy!", c.is_held as "is_held!", c.is_parked as "is_parked!", c.is_ordered as "is_ordered!"
from webhooks_internal.queue q
join webhooks.webhook_deliveries d on d.id = q.delivery_id
join webhooks_internal.targets c on c.webhook_id = d.webhook_id
join webhooks.webhook_events e on e.id = d.event_id and e.organization_id = d.organization_id
where q.delivery_id = :delivery_id::uuid and q.lease = :lease::uuid
