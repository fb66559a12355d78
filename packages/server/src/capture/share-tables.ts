import type { Connection, Database } from '../database/database.ts'
import { isDatabaseError } from '../database/database.ts'
import { quoteIdentifier } from '../database/identifiers.ts'
import { withShortLocks } from './with-short-locks.ts'

/** SQLSTATE insufficient_privilege. */
const INSUFFICIENT_PRIVILEGE = /^42501$/

export type Sharing =
  | { state: 'not needed' }
  | { state: 'shared'; with: string }
  | { state: 'refused'; advice: string }

interface Owners {
  /** Owner of the database. */
  owner: string
  me: string
  keeper: string
  canDumpAlready: boolean
  hasKeeper: boolean
}

/**
 * Lets the owner of the database dump our schemas, which another role has installed. `pg_dump` refuses tables whose
 * rows a policy may hide, regardless of the policy; only their owner and its members are exempt. So the tables are
 * given to a NOLOGIN role that has both roles as members. The role belongs to this database: owners of other databases
 * on the server must not see its tables.
 *
 * @returns `not needed` if the owner can already dump everything
 */
export async function shareTables(database: Database, maxWaitMs: number): Promise<Sharing> {
  const owners = await readOwners(database)
  if (owners.canDumpAlready) return { state: 'not needed' }
  const statements = writeStatements(owners)
  try {
    await withShortLocks(database, 'A table of ConnectGain Webhooks', maxWaitMs, async (connection) => {
      for (const statement of statements) await connection.execute(statement)
    })
  } catch (error) {
    if (!isDatabaseError(error) || !INSUFFICIENT_PRIVILEGE.test(error.code)) throw error
    const advice = `The owner of the database, ${owners.owner}, cannot dump the schemas webhooks and webhooks_internal: ${error.message}. A superuser can allow it with: ${statements.join('; ')}`
    return { state: 'refused', advice }
  }
  return { state: 'shared', with: owners.owner }
}

/** Predicts what `shareTables` would do, even before anything is installed; undefined: nothing. */
export async function predictSharing(connection: Connection): Promise<string | undefined> {
  const { rows } = await connection.query<{ owner: string }>(
    `select pg_get_userbyid(datdba) as owner from pg_database
     where datname = current_database() and not pg_has_role(datdba, (select oid from pg_roles where rolname = current_user), 'usage')`,
  )
  const owner = rows[0]?.owner
  return owner === undefined
    ? undefined
    : `The owner of the database, ${owner}, gets permission to dump and change the tables in webhooks and webhooks_internal; use --no-share-with-owner to skip this`
}

/** The roles that share this database's tables; undefined: the tables are not shared. */
export async function findKeeper(connection: Connection): Promise<string | undefined> {
  const { rows } = await connection.query<{ keeper: string }>(
    `select pg_get_userbyid(relowner) as keeper from pg_class
     where oid = to_regclass('webhooks.schema_migrations') and starts_with(pg_get_userbyid(relowner)::text, 'webhooks_owner_')`,
  )
  return rows[0]?.keeper
}

async function readOwners(connection: Connection): Promise<Owners> {
  const { rows } = await connection.query<Owners>(
    `select pg_get_userbyid(d.datdba) as owner, current_user as me, 'webhooks_owner_' || d.oid as keeper,
       pg_has_role(d.datdba, c.relowner, 'usage') as "canDumpAlready",
       exists (select from pg_roles where rolname = 'webhooks_owner_' || d.oid) as "hasKeeper"
     from pg_database d, pg_class c
     where d.datname = current_database() and c.oid = 'webhooks.schema_migrations'::regclass`,
  )
  return rows[0]!
}

function writeStatements({ owner, me, keeper, hasKeeper }: Owners): string[] {
  const role = quoteIdentifier(keeper)
  return [
    ...(hasKeeper ? [] : [`create role ${role} nologin`]),
    `grant ${role} to ${quoteIdentifier(me)}`,
    `grant ${role} to ${quoteIdentifier(owner)}`,
    `grant usage, create on schema webhooks, webhooks_internal to ${role}`,
    `alter table webhooks.schema_migrations owner to ${role}`,
    'select webhooks_internal.hand_over_tables()',
  ]
}
