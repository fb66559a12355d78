-- $1 webhook, $2 since, $3 until, $4 event; null for any. $5 what it matched.
insert into webhooks.webhook_redeliveries (organization_id, webhook_id, since, until, event, matched)
select c.organization_id, c.id, $2::timestamptz, $3::timestamptz, $4::text, $5::bigint
from webhooks.webhook_configurations c
where c.id = $1::uuid
returning id, pg_notify('webhooks_redeliveries', '')
