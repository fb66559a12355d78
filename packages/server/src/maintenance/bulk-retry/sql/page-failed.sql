-- The next deliveries of a webhook, with whether each is to be retried: those that had failed for good when the retry was
-- asked for. What has failed again since is left alone, so that it ends.
-- $1 webhook, $9 its organization, $2 since, $3 until, $4 event, $5 asked for at, $6 and $7 the last row seen, $8 rows to look at.
select d.id, d.event_id, d.event, d.created_at::text,
  d.status = 'failed' and d.reason is distinct from 'record erased' and d.completed_at < $5::timestamptz and ($4::text is null or d.event = $4::text) as is_wanted
from webhooks.webhook_deliveries d
where d.webhook_id = $1::uuid and d.organization_id = $9::uuid
  and d.created_at >= greatest($2::timestamptz, $6::timestamptz) and d.created_at < $3::timestamptz
  and (d.created_at, d.id) > ($6::timestamptz, $7::uuid)
order by d.created_at, d.id
limit $8
