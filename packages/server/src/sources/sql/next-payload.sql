-- The oldest payload of the organization that follows :last_served. Skips payloads that another node is processing.
select id, organization_id, provider, items_done, reasons from webhooks_internal.source_queue
where organization_id > :last_served::uuid
order by organization_id, id
limit 1
for update skip locked
