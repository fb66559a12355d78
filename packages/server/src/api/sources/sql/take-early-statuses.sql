-- Those whose message is there by now; what is an hour old is given up.
with given_up as (
  delete from webhooks_internal.early_statuses where created_at < now() - interval '1 hour'
),
taken as (
  delete from webhooks_internal.early_statuses e
  using public.messages m
  where m.organization_id = e.organization_id and m.external_id = e.external_id and m.direction = 'outbound'
    and e.created_at >= now() - interval '1 hour'
  returning e.organization_id, e.external_id, e.status, e.reached_at, e.error
)
select * from taken order by array_position(array['sent', 'failed', 'delivered', 'read'], status)
