-- The histograms of a period, with the counts that are not folded yet, as one JSON list of [period, outcome, buckets, counts];
-- `period` in seconds. Both are read in one snapshot, so that nothing is missed or counted twice while it is folded.
-- :webhook_id all zeros for all webhooks of the organization.
select coalesce(json_agg(json_build_array(extract(epoch from period)::bigint, outcome, latency_buckets, counts)), '[]') as "histograms!"
from (
  select r.period, r.outcome, r.latency_buckets, r.counts
  from webhooks_internal.attempt_rollups r
  where r.organization_id = :organization_id::uuid and r.webhook_id = :webhook_id::uuid and r.level = :level::text
    and r.period >= :since::timestamptz and r.period < :until::timestamptz
  union all
  select c.period, c.outcome, array[c.latency_bucket], array[sum(c.count)::integer]
  from webhooks_internal.attempt_counts c
  where c.organization_id = :organization_id::uuid and (:webhook_id::uuid = '00000000-0000-0000-0000-000000000000' or c.webhook_id = :webhook_id::uuid)
    and c.period >= :since::timestamptz and c.period < :until::timestamptz
  group by c.latency_bucket, c.outcome, c.period
) as parts
