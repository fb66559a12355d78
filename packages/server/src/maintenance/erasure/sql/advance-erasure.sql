-- In the transaction that erased. $1 id, $2 phase, null when all is done, $3 and $4 the last row seen, $5 events, $6 deliveries and
-- $7 others erased just now, $8 related ids, $9 terms, $10 what could not be erased, $11 why.
update webhooks.webhook_erasures
set phase = coalesce($2::text, phase),
  failed = failed + $10::bigint,
  reason = coalesce($11, reason),
  status = case when $2::text is not null then 'running' when failed + $10::bigint > 0 then 'failed' else 'completed' end,
  completed_at = case when $2::text is null then now() end,
  after_created_at = $3::timestamptz,
  after_id = $4::uuid,
  events = events + $5::bigint,
  deliveries = deliveries + $6::bigint,
  others = others + $7::bigint,
  related_ids = case when $2::text is null then '{}' else $8::text[] end,
  terms = case when $2::text is null then '{}' else $9::text[] end,
  updated_at = clock_timestamp()
where id = $1::uuid
