-- Whether events from before the sync are still being matched, or sent without a row in the queue.
select exists (
  select from webhooks_internal.outbox where organization_id = :organization_id::uuid and id <= :begins_after::bigint
) as "is_so!"
