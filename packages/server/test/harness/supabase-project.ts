import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Database } from '../../src/database/database.ts'
import { openPostgres } from '../../src/database/postgres.ts'
import type { CommandResult } from './run-command.ts'
import { runCommand } from './run-command.ts'

/** The role that a project calls `postgres`, which on the tests' server is the superuser. */
export const PROJECT_OWNER = 'supabase_project_postgres'

/** Roles belong to the server, and other tests have some of them. */
const ROLES: Readonly<Record<string, string>> = {
  anon: 'nologin noinherit',
  authenticated: 'nologin noinherit',
  service_role: 'nologin noinherit bypassrls',
  authenticator: 'login noinherit',
  supabase_admin: 'superuser createdb createrole replication bypassrls',
  supabase_auth_admin: 'login noinherit createrole',
  supabase_storage_admin: 'login noinherit createrole',
  [PROJECT_OWNER]: `nosuperuser createdb createrole login replication bypassrls password '${PROJECT_OWNER}'`,
}

const writeRole = ([name, options]: readonly [string, string]): string =>
  `do $$ begin create role ${name} ${options}; exception when duplicate_object or unique_violation then null; end $$`

/**
 * A new project before anybody has used it: its roles, schemas and default privileges, and the event triggers that watch
 * DDL. Run by a superuser in the project's database.
 */
const PROJECT = `
  grant anon, authenticated, service_role to authenticator;
  grant anon, authenticated, service_role to ${PROJECT_OWNER} with admin option;
  create schema extensions;
  create schema graphql_public;
  create schema vault;
  create schema realtime authorization supabase_admin;
  create schema auth authorization supabase_auth_admin;
  create schema storage authorization supabase_storage_admin;
  grant usage on schema auth, storage, extensions, realtime to ${PROJECT_OWNER}, anon, authenticated, service_role;
  grant usage, create on schema public to ${PROJECT_OWNER};
  grant usage on schema public to anon, authenticated, service_role;
  create publication supabase_realtime;

  create table auth.users (id uuid primary key default gen_random_uuid(), email text, raw_app_meta_data jsonb default '{}');
  create table storage.objects (id uuid primary key default gen_random_uuid(), name text, owner_id text);
  create table realtime.messages (id uuid default gen_random_uuid(), inserted_at timestamp not null) partition by range (inserted_at);
  create table vault.secrets (id uuid primary key default gen_random_uuid(), secret text not null);
  alter table auth.users owner to supabase_auth_admin;
  alter table storage.objects owner to supabase_storage_admin;
  alter table auth.users enable row level security;
  alter table storage.objects enable row level security;
  create function auth.uid() returns uuid language sql stable as
    $$ select (nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub')::uuid $$;
  grant all on all tables in schema auth to ${PROJECT_OWNER};
  alter default privileges for role ${PROJECT_OWNER} in schema public
    grant all on tables to anon, authenticated, service_role;
  alter default privileges for role ${PROJECT_OWNER} in schema public
    grant all on functions to anon, authenticated, service_role;
  alter default privileges for role ${PROJECT_OWNER} in schema public
    grant all on sequences to anon, authenticated, service_role;

  -- Each sees one command at a time; those of extensions fail if they see several rows.
  create function extensions.grant_extension_access() returns event_trigger language plpgsql as $$
  declare
    is_theirs boolean;
  begin
    is_theirs = (
      select n.nspname = 'cron' from pg_event_trigger_ddl_commands() as ev left join pg_namespace n on ev.objid = n.oid
    );
    if is_theirs then raise exception 'there is no such extension'; end if;
  end $$;
  create event trigger issue_pg_cron_access on ddl_command_end when tag in ('CREATE SCHEMA')
    execute function extensions.grant_extension_access();
  create event trigger issue_pg_graphql_access on ddl_command_end when tag in ('CREATE FUNCTION')
    execute function extensions.grant_extension_access();
  create function extensions.set_graphql_placeholder() returns event_trigger language plpgsql as $$
  declare
    is_dropped boolean;
  begin
    is_dropped = (
      select ev.schema_name = 'graphql_public' from pg_event_trigger_dropped_objects() as ev
      where ev.schema_name = 'graphql_public'
    );
    if is_dropped then raise exception 'this is not ours to drop'; end if;
  end $$;
  create event trigger issue_graphql_placeholder on sql_drop execute function extensions.set_graphql_placeholder();
  create function extensions.pgrst_ddl_watch() returns event_trigger language plpgsql set search_path = '' as $$
  declare
    command record;
  begin
    for command in select * from pg_event_trigger_ddl_commands() loop
      if command.schema_name is distinct from 'pg_temp' then notify pgrst, 'reload schema'; end if;
    end loop;
  end $$;
  create event trigger pgrst_ddl_watch on ddl_command_end execute function extensions.pgrst_ddl_watch();
  create function extensions.pgrst_drop_watch() returns event_trigger language plpgsql set search_path = '' as $$
  declare
    dropped record;
  begin
    for dropped in select * from pg_event_trigger_dropped_objects() loop
      if not dropped.is_temporary then notify pgrst, 'reload schema'; end if;
    end loop;
  end $$;
  create event trigger pgrst_drop_watch on sql_drop execute function extensions.pgrst_drop_watch();
`

/** atomic-crm without what a project has before it. */
function readCrm(): string {
  const text = readFileSync(new URL('../fixtures/crms/atomic-crm.sql', import.meta.url), 'utf8')
  return text.slice(text.indexOf('create table public.sales'))
}

/** A project of Supabase with atomic-crm in it. */
export interface SupabaseProject {
  name: string
  /** As `supabase_admin`, the superuser. */
  admin: Database
  /** As the role that the project calls `postgres`. */
  owner: Database
  /** As a role, or as the project's `postgres`. */
  urlAs(user?: string): string
  command(name: string, ...args: string[]): Promise<CommandResult>
  close(): Promise<void>
}

/** @param serverUrl of the maintenance database, as superuser */
export async function openSupabaseProject(serverUrl: string): Promise<SupabaseProject> {
  const name = `project_${randomBytes(6).toString('hex')}`
  const server = openPostgres({ url: serverUrl, poolSize: 1 })
  await server.execute(Object.entries(ROLES).map(writeRole).join(';\n'))
  await server.execute(`create database ${name} owner ${PROJECT_OWNER}`)
  const urlAs = (user: string | undefined): string => {
    const url = new URL(serverUrl)
    url.pathname = `/${name}`
    if (user !== undefined) [url.username, url.password] = [user, user]
    return url.href
  }
  const admin = openPostgres({ url: urlAs(undefined), poolSize: 2 })
  await admin.execute(PROJECT)
  const owner = openPostgres({ url: urlAs(PROJECT_OWNER), poolSize: 2 })
  await owner.execute(readCrm())
  return {
    name,
    admin,
    owner,
    urlAs: (user = PROJECT_OWNER) => urlAs(user),
    command: (command, ...args) => runCommand(command, '--json', ...args),
    async close() {
      await owner.close()
      await admin.close()
      await server.execute(`drop database ${name} with (force)`)
      await server.close()
    },
  }
}
