select tablename::text as "name!" from pg_tables where schemaname = 'webhooks'
