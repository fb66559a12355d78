-- The versions of these organizations' webhooks. An organization that never had a webhook has none.
select organization_id, version
from webhooks_internal.subscription_versions
where organization_id = any (:organizations::uuid[])
