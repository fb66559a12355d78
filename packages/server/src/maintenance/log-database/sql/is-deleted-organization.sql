-- In the CRM's database: false if it has come again.
select exists (
  select from webhooks_internal.deleted_organizations where organization_id = :organization_id::uuid
) as "is_deleted!"
