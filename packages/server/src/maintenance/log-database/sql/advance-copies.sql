-- :is_more: the next copy need not wait.
update webhooks_internal.crm_copies
set copied_at = case when :is_more::boolean then '-infinity' else clock_timestamp() end,
  changed_at = :changed_at::timestamptz, changed_id = :changed_id::uuid, compared_id = :compared_id::uuid,
  map_installed_at = :map_installed_at?::text
