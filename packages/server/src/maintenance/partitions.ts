import type { Logger } from 'pino'
import type { Connection, Database } from '../database/database.ts'
import { isDatabaseError } from '../database/database.ts'
import { runAllSteps } from '../database/run-all-steps.ts'
import type { RowOf } from '../database/statement.ts'
import { messageOf } from '../domain/errors.ts'
import {
  addPartition as addPartitionStatement,
  cancelExpired,
  deleteExpiredAttempts,
  deleteExpiredDeliveries,
  deleteExpiredEvents,
  handOverTables,
  listExpiredPartitions,
  listMissingDays,
  prepareDefault,
  tryLock,
  waitBrieflyForLocks,
} from './sql/statements.generated.ts'

const PARENTS = ['webhooks.webhook_events', 'webhooks.webhook_deliveries', 'webhooks_internal.attempts']
/** Rows of days without a partition go to the default partition, where they expire row by row. */
const DAYS_AHEAD = 3
const BATCH = 1_000
/** Any constant: one node at a time changes partitions. */
const PARTITION_LOCK = 4_600_002
/** SQLSTATE lock_not_available. */
const LOCK_NOT_AVAILABLE = /^55P03$/

export interface PartitionOptions {
  /** Milliseconds. A UTC day is dropped as a whole once its last moment is older. */
  retention: number
  log: Logger
}

type Partition = RowOf<typeof listExpiredPartitions>

/**
 * Creates the partitions of the coming days and drops expired ones. Any node may call it at any time.
 *
 * Attaching or dropping a partition takes a lock that others wait for. To never block them for long, the lock is
 * requested briefly, and again at the next call.
 */
export async function keepPartitions(
  database: Database,
  { retention, log }: PartitionOptions,
): Promise<void> {
  const keptDays = Math.ceil(retention / 86_400_000)
  const steps: (() => Promise<void>)[] = []
  for (const parent of PARENTS)
    for (const day of await findMissing(database, parent))
      steps.push(() => addPartition(database, parent, day, log))
  const { rows } = await database.query(...listExpiredPartitions({ keptDays }))
  for (const expired of rows) steps.push(() => dropPartition(database, expired, log))
  steps.push(() => expireDefaultPartitions(database, keptDays))
  await runAllSteps(steps)
}

async function findMissing(database: Database, parent: string): Promise<string[]> {
  const { rows } = await database.query(...listMissingDays({ parent, daysAhead: DAYS_AHEAD }))
  return rows.map(({ day }) => day)
}

async function addPartition(database: Database, parent: string, day: string, log: Logger): Promise<void> {
  const validation = await withBriefLocks(database, log, async (connection) => {
    const { rows } = await connection.query(...prepareDefault({ parent, day }))
    return rows[0]?.validation ?? undefined
  })
  if (validation !== undefined) await database.execute(validation)
  await withBriefLocks(database, log, async (connection) => {
    await connection.query(...addPartitionStatement({ parent, day }))
    await connection.query(...handOverTables())
  })
}

async function dropPartition(
  database: Database,
  { partition, lowest, beyond }: Partition,
  log: Logger,
): Promise<void> {
  while ((await database.query(...cancelExpired({ lowest, beyond, batch: BATCH }))).rowCount > 0);
  await withBriefLocks(database, log, async (connection) => {
    await connection.execute(`drop table if exists ${partition}`)
    log.info({ partition }, 'dropped partitions older than LOG_RETENTION')
  })
}

/** Runs `work` with locks of its own, without waiting for locks of others; undefined if that is not possible now. */
async function withBriefLocks<T>(
  database: Database,
  log: Logger,
  work: (connection: Connection) => Promise<T>,
): Promise<T | undefined> {
  try {
    return await database.transaction(async (connection) => {
      const { rows } = await connection.query(...tryLock({ key: PARTITION_LOCK }))
      if (rows[0]?.is_ours !== true) return undefined
      await connection.query(...waitBrieflyForLocks())
      return await work(connection)
    })
  } catch (error) {
    if (!isDatabaseError(error) || !LOCK_NOT_AVAILABLE.test(error.code)) throw error
    log.debug({ error: messageOf(error) }, 'a partition is in use, retrying automatically')
    return undefined
  }
}

/** Deletes expired rows of the default partitions in batches. */
async function expireDefaultPartitions(database: Database, keptDays: number): Promise<void> {
  for (const deleteExpired of [deleteExpiredEvents, deleteExpiredDeliveries, deleteExpiredAttempts]) {
    while ((await database.query(...deleteExpired({ keptDays, batch: BATCH }))).rowCount === BATCH);
  }
}
