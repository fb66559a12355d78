-- How many more statuses of messages that do not exist yet the organization may keep.
select :max_early::integer - count(*)::integer as "room!"
from (
  select from webhooks_internal.early_statuses where organization_id = :organization_id::uuid limit :max_early::integer
) as e
