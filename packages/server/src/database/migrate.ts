import { createHash } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import type { Connection, Database } from './database.ts'
import { retryOn } from './retry-on.ts'
import { chooseRoleSuffix, withRoleSuffix } from './roles.ts'
import { StartError } from '../domain/errors.ts'

const MIGRATIONS = new URL('../../migrations/', import.meta.url)
/** Any constant: makes nodes that start together take turns. */
const MIGRATION_LOCK = 4_600_001
/**
 * Nodes of the previous version keep running and take their locks in another order. The victim of a deadlock has
 * changed nothing and starts again.
 */
const DEADLOCK_DETECTED = /^40P01$/
const MAX_TRIES = 20
/** The first migration of the versions before the first release. */
const UNRELEASED_MIGRATION = 'core/0001_schema.sql'

export interface Migration {
  /** `<set>/<file name>`, the name recorded as applied. */
  name: string
  sql: string
  checksum: string
}

export type MigrationSet = 'core' | 'crm' | 'attached'

/** Reads the migrations of one set, in the order in which they apply. */
export function readMigrations(set: MigrationSet): Migration[] {
  const folder = new URL(`${set}/`, MIGRATIONS)
  return readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => {
      const sql = readFileSync(new URL(file, folder), 'utf8')
      return { name: `${set}/${file}`, sql, checksum: createHash('sha256').update(sql).digest('hex') }
    })
}

/**
 * Brings the database up to date, in one transaction, and returns the names of the applied migrations.
 * `core` always runs; `crm` only where the reference CRM tables are wanted, `attached` only where they are not.
 */
export async function migrate(database: Database, sets: readonly MigrationSet[]): Promise<string[]> {
  await requireVersion(database)
  return await retryOn(DEADLOCK_DETECTED, MAX_TRIES, () => migrateOnce(database, sets))
}

async function migrateOnce(database: Database, sets: readonly MigrationSet[]): Promise<string[]> {
  return await database.transaction(async (connection) => {
    await connection.query('select pg_advisory_xact_lock($1)', [MIGRATION_LOCK])
    await connection.execute(`
      create schema if not exists webhooks;
      create table if not exists webhooks.schema_migrations (
        name text primary key, checksum text not null, applied_at timestamptz not null default now()
      );`)
    const applied = await readApplied(connection)
    refuseUnreleased(applied)
    await requireNewEnough(connection)
    const pending = sets
      .filter((set) => set !== 'attached' || !hasReferenceCrm(applied))
      .flatMap(readMigrations)
      .filter((migration) => !isApplied(migration, applied))
    const suffix = await chooseRoleSuffix(connection)
    for (const { name, sql, checksum } of pending) {
      await connection.execute(withRoleSuffix(sql, suffix))
      await connection.query('insert into webhooks.schema_migrations (name, checksum) values ($1, $2)', [
        name,
        checksum,
      ])
    }
    // New tables go to the role that owns the others.
    if (pending.length > 0) await connection.query('select webhooks_internal.hand_over_tables()')
    return pending.map((migration) => migration.name)
  })
}

async function requireVersion(database: Database): Promise<void> {
  const { rows } = await database.query<{ number: string }>(
    `select current_setting('server_version_num') as number`,
  )
  const major = Math.floor(Number(rows[0]?.number) / 10_000)
  if (major < 15) {
    throw new StartError(`The database is of PostgreSQL ${major}, but version 15 or newer is required.`)
  }
}

/** Development versions before the first release had other migrations, of which these are not the continuation. */
function refuseUnreleased(applied: Map<string, string>): void {
  if (!applied.has(UNRELEASED_MIGRATION)) return
  throw new StartError(
    'This database was set up by a development version from before the first release and cannot be upgraded: ' +
      "use an empty database (DATABASE_URL) or an empty folder (DATA_DIR), or, in another CRM's database, run `uninstall --purge` first.",
  )
}

/** A newer release may have migrated the database to a schema that this program cannot use. */
async function requireNewEnough(connection: Connection): Promise<void> {
  const { rows: tables } = await connection.query<{ is_there: boolean }>(
    `select to_regclass('webhooks_internal.oldest_program') is not null as is_there`,
  )
  if (tables[0]?.is_there !== true) return
  const { rows } = await connection.query<{ migration: string }>(
    'select migration from webhooks_internal.oldest_program',
  )
  const needed = rows[0]?.migration
  if (needed === undefined || readMigrations('core').some(({ name }) => name === needed)) return
  throw new StartError(
    `This database was migrated by a newer release: it requires migration ${needed}, which this release does not have. ` +
      'Start the newer release, or restore the backup from before the upgrade. docs/upgrading.md describes how to roll back.',
  )
}

async function readApplied(connection: Connection): Promise<Map<string, string>> {
  const { rows } = await connection.query<{ name: string; checksum: string }>(
    'select name, checksum from webhooks.schema_migrations',
  )
  return new Map(rows.map((row) => [row.name, row.checksum]))
}

/** The reference CRM has organizations of its own, also for a program that was not told to install it. */
const hasReferenceCrm = (applied: Map<string, string>): boolean =>
  [...applied.keys()].some((name) => name.startsWith('crm/'))

function isApplied(migration: Migration, applied: Map<string, string>): boolean {
  const checksum = applied.get(migration.name)
  if (checksum !== undefined && checksum !== migration.checksum) {
    throw new StartError(
      `Migration ${migration.name} was changed after it was applied to this database. ` +
        'Restore the file and put the change into a new migration.',
    )
  }
  return checksum !== undefined
}
