select name from webhooks.schema_migrations
