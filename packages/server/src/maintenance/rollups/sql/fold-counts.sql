-- Folds up to :batch counts into the roll-ups: by five minutes and by the hour, for the webhook and for its organization.
-- Counts are deleted in the same commit, so that each is counted once. Two nodes take different counts and write in the
-- same order, so that they cannot deadlock.
with taken as (
  delete from webhooks_internal.attempt_counts
  where ctid = any (array(select ctid from webhooks_internal.attempt_counts limit :batch for update skip locked))
  returning organization_id, webhook_id, period, outcome, latency_bucket, count
),
added as (
  select t.organization_id, case when scope.is_webhook then t.webhook_id else '00000000-0000-0000-0000-000000000000' end as webhook_id,
    l.level, date_bin(l.width, t.period, 'epoch') as period, t.outcome, t.latency_bucket, sum(t.count) as count
  from taken t
  cross join (values ('5m', interval '5 minutes'), ('1h', interval '1 hour')) as l (level, width)
  cross join (values (true), (false)) as scope (is_webhook)
  group by 1, 2, 3, 4, 5, 6
),
folded as (
  insert into webhooks_internal.attempt_rollups as r
    (organization_id, webhook_id, level, period, outcome, latency_buckets, counts)
  select organization_id, webhook_id, level, period, outcome,
    array_agg(latency_bucket order by latency_bucket), array_agg(count::integer order by latency_bucket)
  from added
  group by organization_id, webhook_id, level, period, outcome
  order by organization_id, webhook_id, level, period, outcome
  on conflict (organization_id, webhook_id, level, period, outcome) do update
  set (latency_buckets, counts) = (
    select array_agg(latency_bucket order by latency_bucket), array_agg(count order by latency_bucket)
    from (
      select latency_bucket, sum(count)::integer as count
      from (
        select * from unnest(r.latency_buckets, r.counts)
        union all
        select * from unnest(excluded.latency_buckets, excluded.counts)
      ) as joined (latency_bucket, count)
      group by latency_bucket
    ) as merged
  )
)
select count(*)::integer as "taken!" from taken
