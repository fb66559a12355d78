-- An inbox and what the webhooks that are pointed at it sign with. $1 id.
select i.id, i.organization_id, i.response_status, (
  select json_agg(t) from webhooks_internal.targets t
  where t.organization_id = i.organization_id and t.url = i.url
) as targets
from webhooks.webhook_inboxes i
where i.id = $1 and i.expires_at > now()
