-- Includes disabled webhooks, so that the events that they miss are counted. `expires_ms`: when the overlap of a replaced secret
-- or signing key ends, which changes the row without a change of the webhook.
select t.webhook_id as "webhook_id!", t.organization_id as "organization_id!", t.events as "events!", t.is_active as "is_active!",
  t.filter, t.url as "url!", t.secret, t.previous_secret, t.sealed_headers, t.sealed_auth, t.signing_keys, t.timeout_ms, t.max_in_flight,
  t.is_healthy as "is_healthy!", t.is_held as "is_held!", t.is_parked as "is_parked!",
  t.is_ordered as "is_ordered!", t."coalesce" as "coalesce!",
  t.ignore_origins as "ignore_origins!", t.redact, t.shape,
  (extract(epoch from least(case when t.previous_secret_until > now() then t.previous_secret_until end, case when t.signing_keys is not null then (
    select min(k.expires_at) from webhooks.webhook_signing_keys k
    where k.organization_id = t.organization_id and k.expires_at > now()
  ) end) - now()) * 1000)::double precision as expires_ms
from webhooks_internal.targets t
where t.organization_id = any (:organizations::uuid[])
