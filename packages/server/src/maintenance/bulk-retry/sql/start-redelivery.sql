-- $1 webhook, $2 kind, $3 since, $4 until, $5 event; null for any. $6 what it matched; null when that was not counted.
-- It never reaches beyond the moment at which it is asked for: what comes later comes by itself.
insert into webhooks.webhook_redeliveries (organization_id, webhook_id, kind, since, until, event, matched)
select c.organization_id, c.id, $2::text, $3::timestamptz, least($4::timestamptz, now()), $5::text, $6::bigint
from webhooks.webhook_configurations c
where c.id = $1::uuid
returning id, pg_notify('webhooks_redeliveries', '')
