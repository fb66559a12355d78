-- Which version the webhooks of these organizations are at. One without any webhook yet has none.
select organization_id, version
from webhooks_internal.subscription_versions
where organization_id = any (:organizations::uuid[])
