-- No row if one of the record is running or paused.
insert into webhooks.webhook_syncs (organization_id, webhook_id, record, filter, since, matched)
select w.organization_id, w.id, :record::text, :filter?::jsonb, :since?::timestamptz, :matched?::bigint
from webhooks.webhook_configurations w
where w.id = :webhook_id::uuid and w.organization_id = :organization_id::uuid
on conflict (webhook_id, record) where status in ('running', 'paused') do nothing
returning id
