import type { Connection, Database } from '../../database/database.ts'
import { isInputFault, isTimeout } from '../../database/input-fault.ts'
import { smallerBatch } from '../../database/split.ts'
import {
  dropCount,
  expireRollups as expireRollupsStatement,
  foldCounts as foldCountsStatement,
  readRollups,
} from './sql/statements.generated.ts'

/** Counts folded in one statement. Larger batches write fewer rows; on PGlite everyone waits meanwhile. */
const FOLD_BATCH = { postgresql: 20_000, pglite: 2_000 }
const EXPIRE_BATCH = 2_000
/** How long hourly roll-ups are kept: slightly more than a year, for comparisons. */
const HOURLY_DAYS = 400

export type RollupLevel = '5m' | '1h'

/** Attempts of one period with the same outcome. */
export interface Histogram {
  /** Start of the period, in seconds since the Unix epoch. */
  period: number
  /** `success` or the error code. */
  outcome: string
  /** See `webhooks_internal.latency_bucket`; ascending. */
  buckets: readonly number[]
  /** Attempts in each bucket. */
  counts: readonly number[]
}

export interface RollupScope {
  organizationId: string
  /** Null: all webhooks of the organization. */
  webhookId: string | null
  level: RollupLevel
  /** Milliseconds since the Unix epoch. */
  since: number
  /** Exclusive. */
  until: number
}

const ALL_WEBHOOKS = '00000000-0000-0000-0000-000000000000'

type OnDropped = (error: unknown) => void

/** Timeouts in a row after which a single count is dropped. */
const MAX_TIMEOUTS = 3

/**
 * Creates the function that folds one batch per call, or fewer counts after a timeout. A single count that times out
 * repeatedly is dropped, so that it does not block the others; an overloaded database does not cause that.
 *
 * @returns a function that folds the next batch and returns true if there may be more
 */
export function createFolding(database: Database, onDropped: OnDropped): () => Promise<boolean> {
  const maxBatch = FOLD_BATCH[database.engine]
  let batch = maxBatch
  let timeouts = 0
  return async () => {
    try {
      const isMore = await foldCounts(database, onDropped, batch)
      timeouts = 0
      const wasWhole = batch === maxBatch
      batch = Math.min(maxBatch, batch * 2)
      return isMore || !wasWhole
    } catch (error) {
      if (!isTimeout(error)) throw error
      batch = smallerBatch(batch, error)
      if (batch > 1) throw error
      timeouts += 1
      if (timeouts < MAX_TIMEOUTS) throw error
      await database.query(...dropCount())
      timeouts = 0
      onDropped(error)
      return true
    }
  }
}

/** Folds one batch of new counts into the roll-ups. @returns true if there may be more */
export async function foldCounts(
  database: Database,
  onDropped: OnDropped = () => {},
  batch = FOLD_BATCH[database.engine],
): Promise<boolean> {
  try {
    const { rows } = await database.query(...foldCountsStatement({ batch }))
    return rows[0]?.taken === batch
  } catch (error) {
    if (!isInputFault(error)) throw error
    await foldPart(database, Math.ceil(batch / 2), onDropped)
    return true
  }
}

/**
 * Folds as many counts as possible together. A single count that cannot be folded is dropped, so that it does not block
 * the others.
 */
async function foldPart(database: Database, batch: number, onDropped: OnDropped): Promise<void> {
  try {
    // In a transaction, so that a failed statement releases its row locks before the next one.
    await database.transaction((transaction) => transaction.finish(...foldCountsStatement({ batch })))
  } catch (error) {
    if (!isInputFault(error)) throw error
    if (batch > 1) return await foldPart(database, Math.ceil(batch / 2), onDropped)
    await database.query(...dropCount())
    onDropped(error)
  }
}

/** Deletes one batch of expired roll-ups. @returns true if there may be more */
export async function expireRollups(database: Database, logDays: number): Promise<boolean> {
  const ages: [RollupLevel, number][] = [
    ['5m', logDays],
    ['1h', Math.max(HOURLY_DAYS, logDays)],
  ]
  let more = false
  for (const [level, keptDays] of ages) {
    const { rowCount } = await database.query(
      ...expireRollupsStatement({ level, keptDays, batch: EXPIRE_BATCH }),
    )
    if (rowCount === EXPIRE_BATCH) more = true
  }
  return more
}

/** Reads the roll-ups of a period, as far as the connection's role may see them; a period may occur several times. */
export async function readHistograms(
  connection: Connection,
  { organizationId, webhookId, level, since, until }: RollupScope,
): Promise<Histogram[]> {
  const { rows } = await connection.query(
    ...readRollups({
      organizationId,
      webhookId: webhookId ?? ALL_WEBHOOKS,
      level,
      since: new Date(since).toISOString(),
      until: new Date(until).toISOString(),
    }),
  )
  const parsed = JSON.parse(rows[0]!.histograms) as [number, string, number[], number[]][]
  return parsed.map(([period, outcome, buckets, counts]) => ({ period, outcome, buckets, counts }))
}
