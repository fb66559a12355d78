-- Gives back what dead nodes held, and forgets them. What was never sent gets its place back, before what came later.
-- A node that beats again after all is entered anew.
with forgotten as (
  delete from webhooks_internal.nodes where id = any (:nodes::uuid[])
)
update webhooks_internal.queue
set lease = null, lease_node = null,
  due_at = case when attempts = 0 then least(now(), webhooks_internal.made_at(delivery_id)) else now() end
where lease_node = any (:nodes::uuid[])
