-- The oldest payload of the first organization behind another one; what another node is at is passed over. $1 the other one.
select id, organization_id, provider, items_done, reasons from webhooks_internal.source_queue
where organization_id > $1::uuid
order by organization_id, id
limit 1
for update skip locked
