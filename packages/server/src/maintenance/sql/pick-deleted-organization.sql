-- The organization that was deleted first. `is_busy`: something of it is still on its way, and goes first.
select d.organization_id as "organization_id!",
  (
    exists (select from webhooks_internal.outbox o where o.organization_id = d.organization_id)
    or exists (
      select from webhooks_internal.queue q
      join webhooks.webhook_deliveries w on w.id = q.delivery_id
      where w.organization_id = d.organization_id
    )
  ) as "is_busy!"
from webhooks_internal.deleted_organizations d
order by d.deleted_at
limit 1
