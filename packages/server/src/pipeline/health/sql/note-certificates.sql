-- :expires_at: when the certificates of :urls expire.
update webhooks.webhook_configurations w
set certificate_expires_at = shown.expires_at
from unnest(:webhooks::uuid[], :urls::text[], :expires_at::timestamptz[]) as shown (webhook_id, url, expires_at)
where w.id = shown.webhook_id and w.url = shown.url and w.certificate_expires_at is distinct from shown.expires_at
