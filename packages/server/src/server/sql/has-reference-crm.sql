select exists (select from webhooks.schema_migrations where name like 'crm/%') as "is_there!"
