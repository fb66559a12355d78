-- The histograms of a time, with what is not folded yet, as one JSON list of [period, outcome, buckets, counts]; the period
-- in seconds. Both are read in one snapshot, so that nothing is missed or counted twice while it is folded.
-- $1 organization, $2 webhook, all zeros for all, $3 level, $4 since, $5 until.
select coalesce(json_agg(json_build_array(extract(epoch from period)::bigint, outcome, latency_buckets, counts)), '[]') as histograms
from (
  select r.period, r.outcome, r.latency_buckets, r.counts
  from webhooks_internal.attempt_rollups r
  where r.organization_id = $1::uuid and r.webhook_id = $2::uuid and r.level = $3::text
    and r.period >= $4::timestamptz and r.period < $5::timestamptz
  union all
  select c.period, c.outcome, array[c.latency_bucket], array[sum(c.count)::integer]
  from webhooks_internal.attempt_counts c
  where c.organization_id = $1::uuid and ($2::uuid = '00000000-0000-0000-0000-000000000000' or c.webhook_id = $2::uuid)
    and c.period >= $4::timestamptz and c.period < $5::timestamptz
  group by c.latency_bucket, c.outcome, c.period
) as parts
