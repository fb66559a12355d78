-- Attempts in the order of their ids, which begin with the time when an attempt ended. :organizations: null for all.
select a.id, a.delivery_id, a.attempt, a.trigger = 'test' as "is_test!"
from webhooks_internal.attempts a
where a.id > :after::uuid and (:organizations?::uuid[] is null or a.organization_id = any (:organizations?::uuid[]))
order by a.id
limit :limit
