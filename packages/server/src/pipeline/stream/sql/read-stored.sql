-- Which of these events are stored.
select e.id, e.organization_id
from unnest(:events::uuid[], :organizations::uuid[]) as given (id, organization_id)
cross join lateral (
  select e.id, e.organization_id from webhooks.webhook_events e
  where e.id = given.id and e.organization_id = given.organization_id limit 1
) as e
