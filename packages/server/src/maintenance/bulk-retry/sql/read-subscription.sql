select t.webhook_id as "webhook_id!", t.organization_id as "organization_id!", t.events as "events!", t.is_active as "is_active!",
  t.filter, t.url as "url!", t.secret, t.previous_secret, t.sealed_headers, t.sealed_auth, t.signing_keys, t.timeout_ms, t.max_in_flight,
  t.is_healthy as "is_healthy!", t.is_held as "is_held!", t.is_parked as "is_parked!",
  t.is_ordered as "is_ordered!", t."coalesce" as "coalesce!",
  t.ignore_origins as "ignore_origins!", t.redact, t.shape
from webhooks_internal.targets t
where t.webhook_id = :webhook_id::uuid
