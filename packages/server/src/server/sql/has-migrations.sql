select to_regclass('webhooks.schema_migrations') is not null as "is_there!"
