-- In the log database: maintenance deletes what the program has of them.
select webhooks_internal.drop_tenants(:organization_ids::uuid[])
