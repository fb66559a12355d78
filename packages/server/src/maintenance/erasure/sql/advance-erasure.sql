-- Runs in the transaction that erased. Stores the position, and adds what this batch erased.
-- :phase null when the erasure is complete, :failed rows that could not be erased, :reason why.
update webhooks.webhook_erasures
set phase = coalesce(:phase?::text, phase),
  failed = failed + :failed::bigint,
  reason = coalesce(:reason?::text, reason),
  status = case when :phase?::text is not null then 'running' when failed + :failed::bigint > 0 then 'failed' else 'completed' end,
  completed_at = case when :phase?::text is null then now() end,
  after_created_at = :after_created_at::timestamptz,
  after_id = :after_id::uuid,
  events = events + :events::bigint,
  deliveries = deliveries + :deliveries::bigint,
  others = others + :others::bigint,
  related_ids = case when :phase?::text is null then '{}' else :related_ids::text[] end,
  terms = case when :phase?::text is null then '{}' else :terms::text[] end,
  updated_at = clock_timestamp()
where id = :id::uuid
