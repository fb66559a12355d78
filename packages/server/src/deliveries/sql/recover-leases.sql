-- Gives back what dead nodes held, and forgets them. $1 dead nodes; one that beats again after all is entered anew.
with forgotten as (
  delete from webhooks_internal.nodes where id = any ($1::uuid[])
)
update webhooks_internal.queue
set lease = null, lease_node = null, due_at = now()
where lease_node = any ($1::uuid[])
