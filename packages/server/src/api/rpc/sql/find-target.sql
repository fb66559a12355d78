select webhook_id as "webhook_id!", url as "url!", secret, previous_secret, sealed_headers, sealed_auth, signing_keys, timeout_ms, max_in_flight,
  is_healthy as "is_healthy!", is_held as "is_held!", is_parked as "is_parked!", is_ordered as "is_ordered!", redact, shape
from webhooks_internal.targets
where webhook_id = :webhook_id
