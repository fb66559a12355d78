delete from webhooks_internal.deleted_organizations where organization_id = :organization_id::uuid
