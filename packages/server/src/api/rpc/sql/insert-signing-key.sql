insert into webhooks.webhook_signing_keys (id, organization_id, public_key, private_key)
values (:id::uuid, :organization_id::uuid, :public_key, :private_key)
on conflict (organization_id) where expires_at is null do nothing
returning id
