-- Takes the statuses whose messages exist by now. Deletes those older than an hour.
with given_up as (
  delete from webhooks_internal.early_statuses
  where (organization_id, external_id, status) in (
    select organization_id, external_id, status from webhooks_internal.early_statuses
    where created_at < now() - interval '1 hour'
    order by created_at
    limit 5000
  )
),
taken as (
  delete from webhooks_internal.early_statuses
  where (organization_id, external_id, status) in (
    select e.organization_id, e.external_id, e.status
    from webhooks_internal.early_statuses e
    join public.messages m
      on m.organization_id = e.organization_id and m.external_id = e.external_id and m.direction = 'outbound'
    where e.created_at >= now() - interval '1 hour'
    limit :limit::integer
  )
  returning organization_id, external_id, status, reached_at, error
)
select * from taken order by array_position(array['sent', 'failed', 'delivered', 'read'], status)
