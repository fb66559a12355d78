-- Two schemas: /rest/v1 exposes `webhooks`, column by column as granted; `webhooks_internal` is only for the program.
-- The role that the program connects as owns both. API requests run as a role below it, one for each scope, under
-- row-level security. 019_access.sql says what each role may do.

-- `webhooks` and webhooks.schema_migrations exist before the first migration runs: src/database/migrate.ts creates them.
create schema if not exists webhooks_internal;

do $$
declare
  wanted text;
begin
  foreach wanted in array array['webhooks_service', 'webhooks_api', 'webhooks_read', 'webhooks_emit'] loop
    begin
      execute format('create role %I nologin noinherit', wanted);
    exception
      -- Roles belong to the cluster: another database or another node may have created it.
      when duplicate_object or unique_violation then null;
    end;
    -- From PostgreSQL 16 on, creating a role does not include the right to switch to it.
    if not (select rolsuper from pg_roles where rolname = current_user) then
      execute format('grant %I to %I', wanted, current_user);
    end if;
  end loop;
end
$$;

-- The oldest program that works with this database: one that knows this migration. A migration that removes what the
-- previous release still uses ("contract", docs/upgrading.md) sets this to a migration that the oldest compatible release has.
create table webhooks_internal.oldest_program (
  only_row boolean primary key default true check (only_row),
  migration text not null
);

insert into webhooks_internal.oldest_program (migration) values ('core/001_schemas_and_roles.sql');
