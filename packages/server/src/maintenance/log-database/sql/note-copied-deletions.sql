update webhooks_internal.deleted_organizations set copied_at = now()
where organization_id = any (:organization_ids::uuid[]) and copied_at is null
