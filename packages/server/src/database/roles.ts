import { ROLES } from '../domain/principal.ts'
import type { Connection } from './database.ts'

const ROLE_NAMES = new RegExp(String.raw`\b(?:${ROLES.join('|')})\b`, 'g')

/** Replaces our role names in the SQL with those of a database that uses a suffix. */
export function withRoleSuffix(sql: string, suffix: string): string {
  return suffix === '' ? sql : sql.replaceAll(ROLE_NAMES, `$&${suffix}`)
}

/** The full names of this database's roles. */
export const listRoles = (suffix: string): string[] => ROLES.map((role) => `${role}${suffix}`)

interface Suffix {
  suffix: string
}

/** Reads the suffix of this database's role names, which is empty in most databases. */
export async function readRoleSuffix(connection: Connection): Promise<string | undefined> {
  const { rows: known } = await connection.query<{ there: boolean }>(
    `select to_regprocedure('webhooks_internal.role_suffix()') is not null as there`,
  )
  if (known[0]?.there !== true) return undefined
  const { rows } = await connection.query<Suffix>('select webhooks_internal.role_suffix() as suffix')
  return rows[0]?.suffix
}

/**
 * Chooses the suffix of this database's role names once, and stores it as `webhooks_internal.role_suffix()`.
 *
 * Roles belong to the server. From PostgreSQL 16 on, `createrole` gives no rights on roles that another role has
 * created. When the roles of another database cannot be used, this database gets its own.
 */
export async function chooseRoleSuffix(connection: Connection): Promise<string> {
  const known = await readRoleSuffix(connection)
  if (known !== undefined) return known
  const { rows } = await connection.query<Suffix>(
    `select case when exists (
       select from pg_roles theirs
       where theirs.rolname = any($1::text[]) and not me.rolsuper
         and (current_setting('server_version_num')::integer >= 160000 or not me.rolcreaterole)
         and not pg_has_role(theirs.oid, 'member with admin option')
     ) then '_' || (select oid from pg_database where datname = current_database()) else '' end as suffix
     from pg_roles me where me.rolname = current_user`,
    [`{${ROLES.join(',')}}`],
  )
  const suffix = rows[0]?.suffix ?? ''
  await connection.execute(`
    create schema if not exists webhooks_internal;
    create function webhooks_internal.role_suffix() returns text
    language sql immutable parallel safe
    as $$ select '${suffix}'::text $$;
    revoke execute on function webhooks_internal.role_suffix from public;
    comment on function webhooks_internal.role_suffix is
      'What the names of this database''s roles end with: webhooks_service, webhooks_api, webhooks_read, webhooks_emit';`)
  return suffix
}
