-- Stores how far bulk work has come, in the transaction that did it.
-- :after_created_at and :after_id the last row seen, null for none, :failed rows that could not be queued.
update webhooks.webhook_redeliveries
set queued = queued + :queued::bigint,
  failed = failed + :failed::bigint,
  status = case when :is_complete::boolean then 'completed' else 'running' end,
  completed_at = case when :is_complete::boolean then now() end,
  after_created_at = coalesce(:after_created_at?::timestamptz, after_created_at),
  after_id = coalesce(:after_id?::uuid, after_id),
  updated_at = clock_timestamp()
where id = :id::uuid
