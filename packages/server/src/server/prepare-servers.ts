import type { Logger } from 'pino'
import type { Config } from '../settings/config.ts'
import { ONE_DATABASE, SAME_DATABASE } from '../settings/config.ts'
import { isDatabaseError } from '../database/database.ts'
import type { Database } from '../database/database.ts'
import { openPostgres } from '../database/postgres.ts'
import { requireSessions } from '../database/require-sessions.ts'
import { isUnavailable } from '../database/unavailable.ts'
import { StartError, messageOf } from '../domain/errors.ts'
import { prepareDatabase } from './prepare-database.ts'
import {
  hasMigrations,
  hasReferenceCrm,
  holdMark,
  isMarkFree,
  readVersion,
} from './sql/statements.generated.ts'
import { waitForDatabase } from './wait-for-database.ts'

/** The migrations that a start, or `migrate`, has applied. */
export interface Applied {
  /** To the only database, or to that of the CRM. */
  applied: string[]
  /** To the log database; undefined: it is no database of its own. */
  appliedToLogDatabase?: string[]
}

const RIGHTS =
  '. The role must own the database (or have CREATE on it and on schema public) and, for the first start, CREATEROLE.'

interface Place {
  /** The setting that names the database. */
  setting: string
  url: string
}

/** The databases on servers: that of the CRM, or the only one, first. */
function listPlaces({ databaseUrl, logDatabaseUrl }: Config): Place[] {
  const crm = databaseUrl === undefined ? [] : [{ setting: 'DATABASE_URL', url: databaseUrl }]
  return logDatabaseUrl === undefined ? crm : [...crm, { setting: 'LOG_DATABASE_URL', url: logDatabaseUrl }]
}

/** Waits for the servers and migrates their databases. @throws StartError */
export async function migrateServers(config: Config, log: Logger): Promise<Applied> {
  const places = listPlaces(config)
  if (places.length === 2) await requireTwoDatabases(places, config, log)
  const [applied = [], appliedToLogDatabase] = await inTurn(places, (place) =>
    onFirstConnection(place, config, log, (database) => prepare(config, database, log, place)),
  )
  return appliedToLogDatabase === undefined ? { applied } : { applied, appliedToLogDatabase }
}

/** Waits for the servers, whose databases are migrated. */
export async function awaitServers(config: Config, log: Logger): Promise<void> {
  await inTurn(listPlaces(config), (place) =>
    onFirstConnection(place, config, log, (database) =>
      naming(place.setting, () => database.query(...readVersion())),
    ),
  )
}

async function inTurn<T, R>(all: readonly T[], work: (each: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (const each of all) results.push(await work(each))
  return results
}

async function onFirstConnection<T>(
  { setting, url }: Place,
  config: Config,
  log: Logger,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  // Without a timeout: a migration may take any time.
  const database = openPostgres({ url, poolSize: 1 })
  const waiting = { limitMs: config.databaseWaitMs, place: withoutCredentials(url), setting, log }
  try {
    return await waitForDatabase(waiting, () => work(database))
  } finally {
    await database.close().catch(() => {})
  }
}

/** Without user and password. */
function withoutCredentials(url: string): string {
  const { host, pathname } = new URL(url)
  return `${host}${pathname}`
}

/**
 * Two URLs may name one database. An advisory lock is seen in its own database alone.
 * @throws StartError
 */
async function requireTwoDatabases(
  [crm, logs]: readonly Place[],
  config: Config,
  log: Logger,
): Promise<void> {
  // The transaction below must not wait for a server that is starting.
  await awaitServers(config, log)
  const mark = Math.floor(Math.random() * Number.MAX_SAFE_INTEGER)
  const isOne = await onFirstConnection(crm!, config, log, (database) =>
    database.transaction(async (connection) => {
      await connection.query(...holdMark({ mark }))
      return await onFirstConnection(logs!, config, log, async (other) => {
        const { rows } = await other.query(...isMarkFree({ mark }))
        return rows[0]?.is_free === false
      })
    }),
  )
  if (isOne) throw new StartError(`LOG_DATABASE_URL: ${SAME_DATABASE}`)
}

/** Prepares one of the databases for this version. @throws StartError, or another error if it is not available */
export async function prepare(
  config: Config,
  database: Database,
  log: Logger,
  place?: Place,
): Promise<string[]> {
  const setting = place?.setting ?? `DATA_DIR (${config.dataDir})`
  return await naming(setting, async () => {
    if (place !== undefined) await requireSessions(place.url, setting)
    if (config.logDatabaseUrl !== undefined) await refuseReferenceCrm(database, setting)
    const applied = await prepareDatabase(database, config)
    if (applied.length > 0) log.info({ database: setting, migrations: applied }, 'the database was migrated')
    return applied
  })
}

/** Names the setting in errors of its database, unless it is not available yet. */
async function naming<T>(setting: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof StartError || isUnavailable(error)) throw error
    const rights = isDatabaseError(error) && error.code === '42501' ? RIGHTS : ''
    throw new StartError(`${setting}: cannot prepare the database: ${messageOf(error)}${rights}`)
  }
}

/** Its tables are the program's own, and refer to webhooks. */
async function refuseReferenceCrm(database: Database, setting: string): Promise<void> {
  const { rows: known } = await database.query(...hasMigrations())
  if (known[0]?.is_there !== true) return
  const { rows } = await database.query(...hasReferenceCrm())
  if (rows[0]?.is_there !== true) return
  throw new StartError(`${setting}: this database has the reference CRM. LOG_DATABASE_URL: ${ONE_DATABASE}`)
}
