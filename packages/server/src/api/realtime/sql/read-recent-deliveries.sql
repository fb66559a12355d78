-- Deliveries in the order of their ids, which begin with the time of their event. :organizations: null for all.
select d.id
from webhooks.webhook_deliveries d
where d.id > :after::uuid and (:organizations?::uuid[] is null or d.organization_id = any (:organizations?::uuid[]))
order by d.id
limit :limit
