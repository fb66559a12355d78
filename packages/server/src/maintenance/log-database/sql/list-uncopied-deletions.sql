-- In the CRM's database: deleted organizations that the log database does not know as such.
select organization_id from webhooks_internal.deleted_organizations
where copied_at is null order by deleted_at limit :limit
