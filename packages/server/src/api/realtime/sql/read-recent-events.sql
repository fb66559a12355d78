-- Events of all organizations in the order of their ids. Those with an id that does not begin with a time are not found.
select e.id
from webhooks.webhook_events e
where e.id > :after::uuid
order by e.id
limit :limit
