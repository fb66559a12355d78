-- The keys that sign for these organizations; the current one of each first.
select organization_id, id, public_key from webhooks.webhook_signing_keys
where organization_id = any (:organizations::uuid[]) and (expires_at is null or expires_at > now())
order by organization_id, created_at desc, id desc
