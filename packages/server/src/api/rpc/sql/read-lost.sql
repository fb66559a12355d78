-- Events lost in the last week and not emitted since: rows of faults, and drift periods.
select
  (select coalesce(sum(row_count), 0)::integer from webhooks.webhook_capture_faults
    where effect = 'event' and recaptured_at is null and created_at > now() - interval '7 days') as "rows!",
  (select count(*)::integer from webhooks_internal.capture_drifts
    where recaptured_at is null and until > now() - interval '7 days') as "drifts!",
  least(
    (select min(created_at) from webhooks.webhook_capture_faults
      where effect = 'event' and recaptured_at is null and created_at > now() - interval '7 days'),
    (select min(since) from webhooks_internal.capture_drifts
      where recaptured_at is null and until > now() - interval '7 days')
  ) as since
