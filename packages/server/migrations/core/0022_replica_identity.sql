-- A publication for all tables refuses updates and deletes of a table without primary key or replica identity.
-- The counts are appended by every statement that logs attempts: an index for a key would cost each of them, this costs none of them.
alter table webhooks_internal.attempt_counts replica identity full;
