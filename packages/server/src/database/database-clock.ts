import type { Clock } from '../domain/clock.ts'
import { systemClock } from '../domain/clock.ts'
import type { Database } from './database.ts'

/** Slower replies tell too little about when the database read its clock. */
const MAX_ROUND_TRIP_MS = 2_000
/** The fastest of these round trips gives the most exact measurement. */
const ROUNDS = 3
/**
 * How asymmetric a round trip may be, beyond half of its duration, before the measured time replaces the current one.
 */
const TOLERANCE_MS = 20

interface Measured {
  zero: number
  /** Half of the round trip, in milliseconds: the maximum error of the measurement. */
  half: number
}

/** The database's time. Nodes with a wrong clock sign, schedule and record by the database's clock. */
export interface DatabaseClock extends Clock {
  /** Milliseconds by which this machine's clock is ahead of the database's. */
  offset(): number
  /** Measures the offset again. Call it regularly: clocks drift, and people set them. */
  measure(): Promise<void>
}

/** Between measurements the clock follows the process's monotonic clock, which cannot be set. */
export async function createDatabaseClock(database: Database): Promise<DatabaseClock> {
  // The embedded database reads this machine's clock.
  if (database.engine === 'pglite') {
    return { now: systemClock.now, offset: () => 0, measure: async () => {} }
  }
  /** The database's time at the zero of the monotonic clock. */
  let zero: number | undefined
  const now = (): number => Math.round((zero ?? 0) + performance.now())

  async function measureOnce(): Promise<Measured | undefined> {
    const askedAt = performance.now()
    const { rows } = await database.query<{ ms: number }>(
      'select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms',
    )
    const answeredAt = performance.now()
    const half = (answeredAt - askedAt) / 2
    const measured = (rows[0]?.ms ?? Number.NaN) + half - answeredAt
    return Number.isNaN(measured) ? undefined : { zero: measured, half }
  }

  async function measure(): Promise<void> {
    let best: Measured | undefined
    for (let round = 0; round < ROUNDS; round += 1) {
      const measured = await measureOnce()
      if (best === undefined || (measured !== undefined && measured.half < best.half)) best = measured
    }
    if (best === undefined) return
    const isPrecise = 2 * best.half <= MAX_ROUND_TRIP_MS
    if (zero === undefined || (isPrecise && Math.abs(best.zero - zero) > best.half + TOLERANCE_MS))
      zero = best.zero
  }

  await measure()
  return { now, offset: () => systemClock.now() - now(), measure }
}
