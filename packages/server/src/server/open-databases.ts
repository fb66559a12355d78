import { statfsSync } from 'node:fs'
import type { Logger } from 'pino'
import type { Config } from '../settings/config.ts'
import type { DataDir } from './data-dir.ts'
import { isDatabaseError } from '../database/database.ts'
import type { Database } from '../database/database.ts'
import { openPglite } from '../database/pglite.ts'
import { openPostgres } from '../database/postgres.ts'
import { requireSessions } from '../database/require-sessions.ts'
import { isUnavailable } from '../database/unavailable.ts'
import { AMPLE_SPACE, MIN_BYTES_TO_START, freeBytes, inMib, watchDiskSpace } from '../database/disk-space.ts'
import type { DiskSpace } from '../database/disk-space.ts'
import { StartError, messageOf } from '../domain/errors.ts'
import { prepareDatabase } from './prepare-database.ts'
import { waitForDatabase } from './wait-for-database.ts'

/** One connection pool for requests and one for the engine: a request that waits for a lock must not stop a heartbeat. */
export interface Databases {
  api: Database
  engine: Database
  /** One connection for probes and metrics, which must be answered also when requests use up all others. */
  health: Database
  /** Of the disk that the embedded database is on. */
  diskSpace: DiskSpace
  /** The migrations that were applied just now. */
  applied: string[]
  close(): Promise<void>
}

const RIGHTS =
  '. The role must own the database (or have CREATE on it and on schema public) and, for the first start, CREATEROLE.'

/** Of the engine's statements, which are short; a connection that went silent is given up after it. */
const ENGINE_TIMEOUT_MS = 15_000
/** Before that connection is given up, the server itself ends the statement: what it was about is free again, and can be told apart. */
const ENGINE_STATEMENT_TIMEOUT = '12s'
/**
 * Every statement of the engine looks rows up by index. A plan that was made while a table was empty and scans it would be
 * kept when it is full; and compiling such a plan costs more than running it.
 */
export const ENGINE_SETTINGS = { enable_seqscan: 'off', jit: 'off', plan_cache_mode: 'force_generic_plan' }
/** A little more than the statement timeout that the database itself keeps for requests. */
const API_TIMEOUT_MS = 40_000
/** A connection that went silent must be replaced before the next probes. */
const HEALTH_TIMEOUT_MS = 4_000

/** Opens what the settings name, brought up to date. @throws StartError, or another error when the database stays away */
export async function openDatabases(config: Config, dataDir: DataDir, log: Logger): Promise<Databases> {
  const { databaseUrl: url } = config
  if (url === undefined) {
    await dataDir.lock()
    const database = await openEmbedded(dataDir.path, log)
    const applied = await prepare(config, database, log).catch(async (error: unknown) => {
      await database.close().catch(() => {})
      throw error
    })
    const diskSpace = watchDiskSpace(dataDir.path, log)
    return {
      api: database,
      engine: database,
      health: database,
      diskSpace,
      applied,
      close: async () => {
        diskSpace.close()
        await database.close()
      },
    }
  }
  const onConnectionLost = (error: Error): void =>
    log.warn({ error: error.message }, 'a database connection was lost')
  // Without a timeout: a migration may take as long as it takes.
  const migrating = openPostgres({ url, poolSize: 1 })
  const waiting = { limitMs: config.databaseWait, place: placeOf(url), log }
  let applied: string[]
  try {
    applied = await waitForDatabase(waiting, () => prepare(config, migrating, log))
  } finally {
    await migrating.close().catch(() => {})
  }
  const api = openPostgres({ url, poolSize: 10, queryTimeout: API_TIMEOUT_MS, onConnectionLost })
  const engine = openPostgres({
    url,
    poolSize: 6,
    queryTimeout: ENGINE_TIMEOUT_MS,
    onConnectionLost,
    settings: { ...ENGINE_SETTINGS, statement_timeout: ENGINE_STATEMENT_TIMEOUT },
  })
  const health = openPostgres({ url, poolSize: 1, queryTimeout: HEALTH_TIMEOUT_MS, onConnectionLost })
  return {
    api,
    engine,
    health,
    diskSpace: AMPLE_SPACE,
    applied,
    async close() {
      await Promise.all([api.close(), engine.close(), health.close()])
    },
  }
}

/** What its files, or their folder, do not allow is told in words: the database itself says "Aborted()". */
async function openEmbedded(dataDir: string, log: Logger): Promise<Database> {
  const folder = `${dataDir}/database`
  const free = await freeBytes(dataDir)
  if (free < MIN_BYTES_TO_START)
    throw new Error(
      `The disk of ${folder}, the embedded database, has ${inMib(free)} free, and a start needs ${inMib(MIN_BYTES_TO_START)}. ` +
        'Free some space and start again.',
    )
  try {
    return await openPglite(folder, undefined, (error) => endWithDatabase(dataDir, error, log))
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? ''
    if (code === 'ENOSPC' || /ENOSPC|no space left/i.test(messageOf(error)))
      throw new Error(
        `The disk of ${folder}, the embedded database, is full. Free some space and start again.`,
        {
          cause: error,
        },
      )
    throw new StartError(
      `DATA_DIR: the embedded database in ${folder} cannot be opened. Its files are damaged, incomplete, or not readable for this user. ` +
        `Restore a backup of that folder, or move it away (mv ${folder} ${folder}.damaged) to begin with an empty database; ` +
        `keep the keys beside it. What was found: ${messageOf(error)}`.replace(
          / ?Build with -sASSERTIONS.*/s,
          '',
        ),
    )
  }
}

/**
 * A database that has broken off cannot be opened a second time in this process; what it has committed is in its files.
 * At once, before anything else fails for it: the reason must be what is read last.
 */
function endWithDatabase(folder: string, error: Error, log: Logger): never {
  const { bavail, bsize } = statfsSync(folder)
  const isFull = bavail * bsize < MIN_BYTES_TO_START
  log.fatal(
    { folder, freeBytes: bavail * bsize, error: error.message },
    `the embedded database has ended${isFull ? ': the disk is full, free some space' : ''}; exiting with 1, to be started again`,
  )
  process.exit(1)
}

/** Without user and password. */
function placeOf(url: string): string {
  const { host, pathname } = new URL(url)
  return `${host}${pathname}`
}

async function prepare(config: Config, database: Database, log: Logger): Promise<string[]> {
  try {
    if (config.databaseUrl !== undefined) await requireSessions(config.databaseUrl)
    const applied = await prepareDatabase(database, config)
    if (applied.length > 0) log.info({ migrations: applied }, 'the database was brought up to date')
    return applied
  } catch (error) {
    if (error instanceof StartError || isUnavailable(error)) throw error
    const rights = isDatabaseError(error) && error.code === '42501' ? RIGHTS : ''
    const setting = config.databaseUrl === undefined ? `DATA_DIR (${config.dataDir})` : 'DATABASE_URL'
    throw new StartError(`${setting}: the database cannot be prepared: ${messageOf(error)}${rights}`)
  }
}
