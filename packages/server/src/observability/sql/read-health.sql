-- $1: the migrations that this program brings along.
select
  (select count(*) from webhooks.schema_migrations where name = any ($1::text[]))::integer as applied,
  (select nullif(last_value, 0) from webhooks_internal.relay_progressed_at) as progressed_at
