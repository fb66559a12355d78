select id, organization_id, record_id, object, phase, until::text as "until!", after_created_at::text as "after_created_at!",
  after_id, related_ids, terms, events::integer as "events!"
from webhooks.webhook_erasures
where status = 'running'
order by updated_at
limit 1
for update skip locked
