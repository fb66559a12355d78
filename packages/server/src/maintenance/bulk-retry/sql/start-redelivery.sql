-- `until` is never later than now: later events are delivered anyway.
-- :since null for no bound, :event null for any, :matched null when it was not counted.
insert into webhooks.webhook_redeliveries (organization_id, webhook_id, kind, since, until, event, matched)
select c.organization_id, c.id, :kind::text, :since?::timestamptz, least(:until::timestamptz, now()), :event?::text, :matched?::bigint
from webhooks.webhook_configurations c
where c.id = :webhook_id::uuid
returning id, pg_notify('webhooks_redeliveries', '')
