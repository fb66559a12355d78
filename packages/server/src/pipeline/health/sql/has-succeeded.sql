-- Whether an attempt to this URL has succeeded since then: another node, which did not know of the failures, may have made it.
-- :since_ms: milliseconds since the epoch.
select exists (
  select from webhooks_internal.attempts a
  where a.webhook_id = :webhook_id::uuid and a.created_at >= to_timestamp(:since_ms::double precision / 1000)
    and a.status = 'success' and a.url = :url
) as "has_succeeded!"
