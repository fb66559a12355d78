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
import {
  UNLIMITED_SPACE,
  MIN_BYTES_TO_START,
  freeBytes,
  inMib,
  watchDiskSpace,
} from '../database/disk-space.ts'
import type { DiskSpace } from '../database/disk-space.ts'
import { StartError, messageOf } from '../domain/errors.ts'
import { prepareDatabase } from './prepare-database.ts'
import { readVersion } from './sql/statements.generated.ts'
import { waitForDatabase } from './wait-for-database.ts'
import { countWorkers, poolSizes } from './workers/count-workers.ts'

/**
 * The API and the pipeline have separate connection pools: a request that waits for a lock must not stop a heartbeat.
 */
export interface Databases {
  api: Database
  engine: Database
  /** One connection for probes and metrics, which must work even when requests use up the other pools. */
  health: Database
  /** The disk that holds the embedded database. */
  diskSpace: DiskSpace
  /** The migrations applied by this start. */
  applied: string[]
  close(): Promise<void>
}

const RIGHTS =
  '. The role must own the database (or have CREATE on it and on schema public) and, for the first start, CREATEROLE.'

/** Timeout of the pipeline's statements, which are short. A connection that exceeds it is closed. */
const ENGINE_TIMEOUT_MS = 15_000
/**
 * The server cancels the statement before its connection is closed: its rows are unlocked, and the error tells a
 * timeout from a lost connection.
 */
const ENGINE_STATEMENT_TIMEOUT = '12s'
/**
 * All statements of the pipeline look rows up by index. Otherwise a plan made while a table was empty would scan it
 * once it is full, and JIT compilation costs more than running such a plan.
 */
export const ENGINE_SETTINGS = { enable_seqscan: 'off', jit: 'off', plan_cache_mode: 'force_generic_plan' }
/** Slightly more than the statement timeout that the database enforces for requests. */
const API_TIMEOUT_MS = 40_000
/** A silent connection must be replaced before the next probe. */
const HEALTH_TIMEOUT_MS = 4_000

/**
 * Opens the configured database and migrates it. @throws StartError, or another error if the database stays unreachable
 *
 * @param isMigrated true in a worker, whose parent has migrated the database
 */
export async function openDatabases(
  config: Config,
  dataDir: DataDir,
  log: Logger,
  { isMigrated = false }: { isMigrated?: boolean } = {},
): Promise<Databases> {
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
    log.warn({ error: error.message }, 'lost a database connection')
  const applied = isMigrated ? await awaitServer(url, config, log) : await migrateServer(url, config, log)
  const pools = poolSizes(countWorkers(config))
  const api = openPostgres({ url, poolSize: pools.api, queryTimeout: API_TIMEOUT_MS, onConnectionLost })
  const engine = openPostgres({
    url,
    poolSize: pools.engine,
    queryTimeout: ENGINE_TIMEOUT_MS,
    onConnectionLost,
    settings: { ...ENGINE_SETTINGS, statement_timeout: ENGINE_STATEMENT_TIMEOUT },
  })
  const health = openPostgres({ url, poolSize: 1, queryTimeout: HEALTH_TIMEOUT_MS, onConnectionLost })
  return {
    api,
    engine,
    health,
    diskSpace: UNLIMITED_SPACE,
    applied,
    async close() {
      await Promise.all([api.close(), engine.close(), health.close()])
    },
  }
}

/** Waits for the server and migrates its database. @returns the applied migrations. @throws StartError */
export async function migrateServer(url: string, config: Config, log: Logger): Promise<string[]> {
  return await onFirstConnection(url, config, log, (database) => prepare(config, database, log))
}

async function awaitServer(url: string, config: Config, log: Logger): Promise<string[]> {
  await onFirstConnection(url, config, log, (database) => database.query(...readVersion()))
  return []
}

async function onFirstConnection<T>(
  url: string,
  config: Config,
  log: Logger,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  // Without a timeout: a migration may take any time.
  const database = openPostgres({ url, poolSize: 1 })
  const waiting = { limitMs: config.databaseWaitMs, place: withoutCredentials(url), log }
  try {
    return await waitForDatabase(waiting, () => work(database))
  } finally {
    await database.close().catch(() => {})
  }
}

/** Reports problems with the files or their folder in plain words: the database itself only says "Aborted()". */
async function openEmbedded(dataDir: string, log: Logger): Promise<Database> {
  const folder = `${dataDir}/database`
  const free = await freeBytes(dataDir)
  if (free < MIN_BYTES_TO_START)
    throw new Error(
      `The disk of ${folder}, the embedded database, has ${inMib(free)} free, but starting requires ${inMib(MIN_BYTES_TO_START)}. ` +
        'Free some space and start again.',
    )
  try {
    return await openPglite(folder, undefined, (error) => exitAfterDatabaseFailure(dataDir, error, log))
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
      `DATA_DIR: the embedded database in ${folder} cannot be opened. Its files are damaged, incomplete or not readable by this user. ` +
        `Restore a backup of that folder, or move it away (mv ${folder} ${folder}.damaged) to start with an empty database; ` +
        `keep the key files next to it. Cause: ${messageOf(error)}`.replace(
          / ?Build with -sASSERTIONS.*/s,
          '',
        ),
    )
  }
}

/**
 * A failed embedded database cannot be opened again in this process; its committed data is in its files. Exits at once,
 * before dependent errors follow: the cause must be the last line of the log.
 */
function exitAfterDatabaseFailure(folder: string, error: Error, log: Logger): never {
  const { bavail, bsize } = statfsSync(folder)
  const isFull = bavail * bsize < MIN_BYTES_TO_START
  log.fatal(
    { folder, freeBytes: bavail * bsize, error: error.message },
    `the embedded database has stopped${isFull ? ': the disk is full, free some space' : ''}; exiting with 1 so that it can be restarted`,
  )
  process.exit(1)
}

/** Without user and password. */
function withoutCredentials(url: string): string {
  const { host, pathname } = new URL(url)
  return `${host}${pathname}`
}

async function prepare(config: Config, database: Database, log: Logger): Promise<string[]> {
  try {
    if (config.databaseUrl !== undefined) await requireSessions(config.databaseUrl)
    const applied = await prepareDatabase(database, config)
    if (applied.length > 0) log.info({ migrations: applied }, 'the database was migrated')
    return applied
  } catch (error) {
    if (error instanceof StartError || isUnavailable(error)) throw error
    const rights = isDatabaseError(error) && error.code === '42501' ? RIGHTS : ''
    const setting = config.databaseUrl === undefined ? `DATA_DIR (${config.dataDir})` : 'DATABASE_URL'
    throw new StartError(`${setting}: cannot prepare the database: ${messageOf(error)}${rights}`)
  }
}
