-- How many more statuses of messages that are not there yet may wait. $1 organization, $2 how many may.
select $2::integer - count(*)::integer as room
from (
  select from webhooks_internal.early_statuses where organization_id = $1::uuid limit $2::integer
) as e
