-- :migrations: those that this program includes.
select
  (select count(*) from webhooks.schema_migrations where name = any (:migrations::text[]))::integer as "applied!",
  (select nullif(last_value, 0) from webhooks_internal.relay_progressed_at) as progressed_at
