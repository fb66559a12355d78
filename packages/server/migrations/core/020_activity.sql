-- The last 24 hours of each webhook in one query, for lists of many webhooks. It reads roll-ups, about a hundred rows for each
-- webhook however many attempts there are. Like the charts it adds the counts that are not folded yet.
create view webhooks.webhook_activity with (security_invoker = true) as
with hours as (
  select organization_id, webhook_id, date_trunc('hour', period) as hour,
    coalesce(sum(count) filter (where outcome = 'success'), 0)::integer as success,
    coalesce(sum(count) filter (where outcome <> 'success'), 0)::integer as failed
  from (
    select r.organization_id, r.webhook_id, r.period, r.outcome, (select sum(n) from unnest(r.counts) as n) as count
    from webhooks_internal.attempt_rollups r
    where r.level = '1h' and r.webhook_id <> '00000000-0000-0000-0000-000000000000'
      and r.period >= date_trunc('hour', now()) - interval '23 hours'
    union all
    select c.organization_id, c.webhook_id, c.period, c.outcome, c.count
    from webhooks_internal.attempt_counts c
    where c.period >= date_trunc('hour', now()) - interval '23 hours'
  ) as parts
  group by 1, 2, 3
)
select webhook_id, organization_id, sum(success + failed)::integer as attempts, sum(failed)::integer as failed,
  json_agg(json_build_object('start', to_char(hour at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'success', success, 'failed', failed) order by hour) as hours
from hours
group by 1, 2;

comment on view webhooks.webhook_activity is 'The attempts of the last 24 hours by webhook, and by the hour; webhooks without attempts have no row';
comment on column webhooks.webhook_activity.webhook_id is '@primary @references webhooks.webhook_configurations(id)';
comment on column webhooks.webhook_activity.hours is 'Hours with attempts: {start, success, failed}';

grant select on webhooks.webhook_activity to webhooks_service, webhooks_api;

select webhooks_internal.grant_scopes();
