-- Whether an attempt to this address has succeeded since then: it may have been made by a node that did not know of the
-- failures. :since_ms: milliseconds since the epoch.
select exists (
  select from webhooks_internal.attempts a
  where a.webhook_id = :webhook_id::uuid and a.created_at >= to_timestamp(:since_ms::double precision / 1000)
    and a.status = 'success' and a.url = :url
) as "has_succeeded!"
