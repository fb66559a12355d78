import type { Clock } from '../domain/clock.ts'
import { systemClock } from '../domain/clock.ts'
import type { Database } from './database.ts'

/** Slower answers say too little of when the database read its clock. */
const MAX_ROUND_TRIP_MS = 2_000
/** The quickest answer says most exactly when the database read its clock. */
const ROUNDS = 3
/** What a round trip may be lopsided by, beyond half of it, before the measured time is taken over. */
const TOLERANCE_MS = 20

interface Measured {
  zero: number
  /** Of the round trip: what the measure may be off by. */
  half: number
}

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

  async function ask(): Promise<Measured | undefined> {
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
      const measured = await ask()
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
