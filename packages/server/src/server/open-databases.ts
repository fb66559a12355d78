import type { Logger } from 'pino'
import type { Config } from '../settings/config.ts'
import type { DataDir } from './data-dir.ts'
import type { Database } from '../database/database.ts'
import { openPostgres } from '../database/postgres.ts'
import { UNLIMITED_SPACE, watchDiskSpace } from '../database/disk-space.ts'
import type { DiskSpace } from '../database/disk-space.ts'
import { openEmbedded } from './open-embedded.ts'
import type { Applied } from './prepare-servers.ts'
import { awaitServers, migrateServers, prepare } from './prepare-servers.ts'
import { countWorkers, poolSizes } from './workers/count-workers.ts'

/**
 * The API and the pipeline have separate connection pools: a request that waits for a lock must not stop a heartbeat.
 */
export interface Databases {
  api: Database
  engine: Database
  /** One connection for probes and metrics, which must work even when requests use up the other pools. */
  health: Database
  /** The database of the CRM: its tables, what captures them, and the outbox of captured events. `engine`, if it is the only database. */
  crm: Database
  /** The same database for requests, which may read the CRM's tables for long. `api`, if it is the only database. */
  crmApi: Database
  /** The same database for probes and metrics. `health`, if it is the only database. */
  crmHealth: Database
  /** The disk that holds the embedded database. */
  diskSpace: DiskSpace
  /** The migrations applied by this start. */
  applied: Applied
  close(): Promise<void>
}

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
 * Opens the configured databases and migrates them. @throws StartError, or another error if a database stays unreachable
 *
 * @param isMigrated true in a worker, whose parent has migrated the databases
 */
export async function openDatabases(
  config: Config,
  dataDir: DataDir,
  log: Logger,
  { isMigrated = false }: { isMigrated?: boolean } = {},
): Promise<Databases> {
  const { databaseUrl, logDatabaseUrl } = config
  if (databaseUrl === undefined) return await openOwn(config, dataDir, log)
  let applied: Applied = { applied: [] }
  if (isMigrated) await awaitServers(config, log)
  else applied = await migrateServers(config, log)
  const sizes = poolSizes(countWorkers(config))
  const isApart = logDatabaseUrl !== undefined
  const pools = openPools(logDatabaseUrl ?? databaseUrl, sizes, log)
  const crm = isApart ? openPools(databaseUrl, { api: sizes.crmApi, engine: sizes.crm }, log) : pools
  return {
    ...pools,
    crm: crm.engine,
    crmApi: crm.api,
    crmHealth: crm.health,
    diskSpace: UNLIMITED_SPACE,
    applied,
    async close() {
      const all = new Set([pools, crm].flatMap(({ api, engine, health }) => [api, engine, health]))
      await Promise.all([...all].map((pool) => pool.close()))
    },
  }
}

/** The pools of one database on a server. */
type Pools = Pick<Databases, 'api' | 'engine' | 'health'>

function openPools(url: string, sizes: { api: number; engine: number }, log: Logger): Pools {
  const onConnectionLost = (error: Error): void =>
    log.warn({ error: error.message }, 'lost a database connection')
  return {
    api: openPostgres({ url, poolSize: sizes.api, queryTimeout: API_TIMEOUT_MS, onConnectionLost }),
    engine: openPostgres({
      url,
      poolSize: sizes.engine,
      queryTimeout: ENGINE_TIMEOUT_MS,
      onConnectionLost,
      settings: { ...ENGINE_SETTINGS, statement_timeout: ENGINE_STATEMENT_TIMEOUT },
    }),
    health: openPostgres({ url, poolSize: 1, queryTimeout: HEALTH_TIMEOUT_MS, onConnectionLost }),
  }
}

async function openOwn(config: Config, dataDir: DataDir, log: Logger): Promise<Databases> {
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
    crm: database,
    crmApi: database,
    crmHealth: database,
    diskSpace,
    applied: { applied },
    close: async () => {
      diskSpace.close()
      await database.close()
    },
  }
}
