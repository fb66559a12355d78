-- $1 webhooks, $2 URLs that were sent to, $3 when the certificate that was shown there expires.
update webhooks.webhook_configurations w
set certificate_expires_at = shown.expires_at
from unnest($1::uuid[], $2::text[], $3::timestamptz[]) as shown (webhook_id, url, expires_at)
where w.id = shown.webhook_id and w.url = shown.url and w.certificate_expires_at is distinct from shown.expires_at
