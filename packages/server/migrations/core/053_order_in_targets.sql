-- A function with a subquery is called for each row, and claims read the view for every webhook that has a queue. In the view, the
-- subquery is a part of the plan.
do $$
declare
  was constant text := pg_get_viewdef('webhooks_internal.targets'::regclass);
  -- Without a schema where the search path has it.
  call constant text := substring(was from '(?:webhooks_internal\.)?has_order\([^)]*\)');
begin
  execute 'create or replace view webhooks_internal.targets as ' || replace(was, call, $column$
    (ordering = 'record' or exists (
      select from webhooks.webhook_syncs s
      where s.webhook_id = webhook_configurations.id and s.status in ('running', 'paused')))$column$);
end
$$;

create or replace function webhooks_internal.note_order(organizations uuid[]) returns void
language sql volatile
as $$
  update webhooks_internal.subscription_versions v
  set is_ordered = ordered.is_so
  from (
    select o.id,
      case when exists (
        select from webhooks_internal.targets t where t.organization_id = o.id and t.is_ordered
      ) then true end as is_so
    from unnest(organizations) as o (id)
  ) as ordered
  where v.organization_id = ordered.id and v.is_ordered is distinct from ordered.is_so
$$;

drop function webhooks_internal.has_order(uuid, text);
