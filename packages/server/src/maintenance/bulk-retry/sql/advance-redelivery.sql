-- Notes how far bulk work has come, in the transaction that did it.
-- $1 id, $2 queued just now, $3 and $4 the last row seen, null for none, $5 whether it is done, $6 how many could
-- not be queued.
update webhooks.webhook_redeliveries
set queued = queued + $2::bigint,
  failed = failed + $6::bigint,
  status = case when $5::boolean then 'completed' else 'running' end,
  completed_at = case when $5::boolean then now() end,
  after_created_at = coalesce($3::timestamptz, after_created_at),
  after_id = coalesce($4::uuid, after_id),
  updated_at = clock_timestamp()
where id = $1::uuid
