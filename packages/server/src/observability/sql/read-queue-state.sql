-- What is queued, over all nodes. The cost depends on the number of webhooks that have something queued, not on how much.
select
  (
    select greatest(0, extract(epoch from now() - min(first.due_at)))::float8
    from webhooks_internal.queued_webhooks w
    cross join lateral (
      select q.due_at from webhooks_internal.queue q where q.webhook_id = w.webhook_id order by q.due_at limit 1
    ) as first
  ) as oldest_due_age,
  (select count(*)::bigint from webhooks_internal.endpoint_health where phase = 'held') as "held_endpoints!"
