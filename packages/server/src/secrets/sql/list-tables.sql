select schemaname::text as "schema!", tablename::text as "name!" from pg_tables where schemaname in ('webhooks', 'webhooks_internal')
