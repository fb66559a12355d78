-- What waits in the outbox of a database, and whether the tables of the CRM in it are captured.
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
  (select count(*)::bigint from webhooks_internal.captures where status <> 'ok') as "drifted_captures!"
