-- What waits, over all nodes. The cost depends on the number of webhooks that have something queued, not on how much.
select
  (
    select extract(epoch from now() - e.created_at)::float8
    from (select o.event_id, o.organization_id from webhooks_internal.outbox o order by o.id limit 1) as oldest
    cross join lateral (
      select created_at from webhooks.webhook_events e
      where e.id = oldest.event_id and e.organization_id = oldest.organization_id
      limit 1
    ) as e
  ) as outbox_age,
  (select coalesce(max(id) - min(id) + 1, 0)::bigint from webhooks_internal.outbox) as "outbox_backlog!",
  (
    select greatest(0, extract(epoch from now() - min(first.due_at)))::float8
    from webhooks_internal.queued_webhooks w
    cross join lateral (
      select q.due_at from webhooks_internal.queue q where q.webhook_id = w.webhook_id order by q.due_at limit 1
    ) as first
  ) as oldest_due_age,
  (select count(*)::bigint from webhooks_internal.endpoint_health where phase = 'held') as "held_endpoints!",
  (select count(*)::bigint from webhooks_internal.captures where status <> 'ok') as "drifted_captures!"
