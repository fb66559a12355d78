select source from webhooks.webhook_transforms where webhook_id = :webhook_id::uuid and version = :version::integer
