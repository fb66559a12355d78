-- The versions of these organizations' webhooks, null for one that never had a webhook, and the time.
select o.id as "organization_id!", v.version, now()::text as "read_at!"
from unnest(:organizations::uuid[]) as o (id)
left join lateral (
  select v.version from webhooks_internal.subscription_versions v where v.organization_id = o.id limit 1
) as v on true
