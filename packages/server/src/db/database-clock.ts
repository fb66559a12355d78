import type { Clock } from '../clock.ts'
import { systemClock } from '../clock.ts'
import type { Database } from './database.ts'

/** Slower answers say too little of when the database read its clock. */
const LONGEST_ROUND_TRIP_MS = 2_000
/** What a round trip may be lopsided by, beyond half of it, before the measured time is taken over. */
const TOLERANCE_MS = 20

/** The database's time: nodes whose own clocks are wrong sign, plan and record by it all the same. */
export interface DatabaseClock extends Clock {
  /** Milliseconds by which this machine's clock is ahead of the database's. */
  offset(): number
  /** To be called now and then: clocks drift, and are set. */
  measure(): Promise<void>
}

/** Between two measurements it goes by the process's monotonic clock, which nobody sets. */
export async function createDatabaseClock(database: Database): Promise<DatabaseClock> {
  // In this process: it reads this machine's clock.
  if (database.engine === 'pglite') {
    return { now: systemClock.now, offset: () => 0, measure: async () => {} }
  }
  /** What the database's clock says when the monotonic one says 0. */
  let zero: number | undefined
  const now = (): number => Math.round((zero ?? 0) + performance.now())

  async function measure(): Promise<void> {
    const askedAt = performance.now()
    const { rows } = await database.query<{ ms: number }>(
      'select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms',
    )
    const answeredAt = performance.now()
    const half = (answeredAt - askedAt) / 2
    const measured = (rows[0]?.ms ?? Number.NaN) + half - answeredAt
    if (Number.isNaN(measured)) return
    const isPrecise = 2 * half <= LONGEST_ROUND_TRIP_MS
    if (zero === undefined || (isPrecise && Math.abs(measured - zero) > half + TOLERANCE_MS)) zero = measured
  }

  await measure()
  return { now, offset: () => systemClock.now() - now(), measure }
}
