import type { Connection, Database } from '../../database/database.ts'
import { isInputFault, isTimeout } from '../../database/input-fault.ts'
import { fewer } from '../../database/split.ts'
import { loadStatement } from '../../database/statement.ts'

const foldCountsStatement = loadStatement(import.meta.url, 'fold-counts')
const dropCountStatement = loadStatement(import.meta.url, 'drop-count')
const expireRollupsStatement = loadStatement(import.meta.url, 'expire-rollups')
const readRollups = loadStatement(import.meta.url, 'read-rollups')

/** Counts folded in one statement. The more at once, the fewer rows are written; on PGlite everybody waits for it. */
const FOLD_BATCH = { postgresql: 20_000, pglite: 2_000 }
const EXPIRE_BATCH = 2_000
/** How long roll-ups by the hour are kept: a year to compare with, and a little. */
const HOURLY_DAYS = 400

export type RollupLevel = '5m' | '1h'

/** Attempts of one period that ended alike. */
export interface Histogram {
  /** The beginning of the period, in seconds since the Unix epoch. */
  period: number
  /** `success` or the error code. */
  outcome: string
  /** See `webhooks_internal.latency_bucket`; ascending. */
  buckets: readonly number[]
  /** Attempts in each of the buckets. */
  counts: readonly number[]
}

export interface RollupScope {
  organizationId: string
  /** Null: all of the organization's webhooks together. */
  webhookId: string | null
  level: RollupLevel
  /** Milliseconds since the Unix epoch. */
  since: number
  /** Exclusive. */
  until: number
}

const ALL_WEBHOOKS = '00000000-0000-0000-0000-000000000000'

type OnDropped = (error: unknown) => void

/** How often in a row a single count must have taken too long before it is dropped. */
const MAX_TIMEOUTS = 3

/**
 * Folds a batch with each call, and fewer counts where that takes too long. A single one that takes too long again and again is
 * dropped: it must not hold up all others, and a database that is overloaded does not drop it either.
 *
 * @returns what folds the next batch and tells whether there may be more
 */
export function createFolding(database: Database, onDropped: OnDropped): () => Promise<boolean> {
  const whole = FOLD_BATCH[database.engine]
  let most = whole
  let timeouts = 0
  return async () => {
    try {
      const isMore = await foldCounts(database, onDropped, most)
      timeouts = 0
      const wasWhole = most === whole
      most = Math.min(whole, most * 2)
      return isMore || !wasWhole
    } catch (error) {
      if (!isTimeout(error)) throw error
      most = fewer(most, error)
      if (most > 1) throw error
      timeouts += 1
      if (timeouts < MAX_TIMEOUTS) throw error
      await database.query(dropCountStatement)
      timeouts = 0
      onDropped(error)
      return true
    }
  }
}

/** Folds one batch of new counts into the roll-ups. @returns whether there may be more. */
export async function foldCounts(
  database: Database,
  onDropped: OnDropped = () => {},
  most = FOLD_BATCH[database.engine],
): Promise<boolean> {
  try {
    const { rows } = await database.query<{ taken: number }>(foldCountsStatement, [most])
    return rows[0]?.taken === most
  } catch (error) {
    if (!isInputFault(error)) throw error
    await foldPart(database, Math.ceil(most / 2), onDropped)
    return true
  }
}

/** As many as can be folded together; of a single one that cannot, nothing is kept: it must not hold up all others. */
async function foldPart(database: Database, batch: number, onDropped: OnDropped): Promise<void> {
  try {
    // In a transaction, so that what has failed holds no rows any more when the next one looks for them.
    await database.transaction((transaction) => transaction.finish(foldCountsStatement, [batch]))
  } catch (error) {
    if (!isInputFault(error)) throw error
    if (batch > 1) return await foldPart(database, Math.ceil(batch / 2), onDropped)
    await database.query(dropCountStatement)
    onDropped(error)
  }
}

/** Deletes one batch of roll-ups that are older than they are kept. @returns whether there may be more. */
export async function expireRollups(database: Database, logDays: number): Promise<boolean> {
  const ages: [RollupLevel, number][] = [
    ['5m', logDays],
    ['1h', Math.max(HOURLY_DAYS, logDays)],
  ]
  let more = false
  for (const [level, days] of ages) {
    const { rowCount } = await database.query(expireRollupsStatement, [level, days, EXPIRE_BATCH])
    if (rowCount === EXPIRE_BATCH) more = true
  }
  return more
}

/** All that was counted in a time, as the connection's role may see it; a period may come several times. */
export async function readHistograms(
  connection: Connection,
  { organizationId, webhookId, level, since, until }: RollupScope,
): Promise<Histogram[]> {
  const { rows } = await connection.query<{ histograms: string }>(readRollups, [
    organizationId,
    webhookId ?? ALL_WEBHOOKS,
    level,
    new Date(since).toISOString(),
    new Date(until).toISOString(),
  ])
  const parsed = JSON.parse(rows[0]!.histograms) as [number, string, number[], number[]][]
  return parsed.map(([period, outcome, buckets, counts]) => ({ period, outcome, buckets, counts }))
}
