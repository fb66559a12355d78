-- Whether an attempt to this address has succeeded since then: it may have been made by a node that did not know of the
-- failures. $1 webhook, $2 url, $3 milliseconds since the epoch.
select exists (
  select from webhooks_internal.attempts a
  where a.webhook_id = $1::uuid and a.created_at >= to_timestamp($3::double precision / 1000)
    and a.status = 'success' and a.url = $2
) as has_succeeded
