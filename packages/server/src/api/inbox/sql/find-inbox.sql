-- An inbox that has not expired, and the webhooks whose URL it is.
select i.id, i.organization_id, i.response_status, (
  select json_agg(t) from webhooks_internal.targets t
  where t.organization_id = i.organization_id and t.url = i.url
) as targets
from webhooks.webhook_inboxes i
where i.id = :id and i.expires_at > now()
