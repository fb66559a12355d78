select webhooks_internal.store_signing_key(:id::uuid, :organization_id::uuid, :public_key, :private_key)
