import type { Endpoint, LoadEvent } from './load.ts'
import type { BenchPostgres } from './postgres.ts'

/** A system that delivers events, ready for use. */
export interface Contestant {
  /** The process that delivers. */
  pid: number
  /** Process of its own store, in addition to PostgreSQL. */
  storePid?: number
  /** Converts events into the input of `emit` before the measurement starts. */
  prepare(events: readonly LoadEvent[]): Emission
  /** Tests if all emitted events are delivered, and recorded as such. */
  isDone(): Promise<boolean>
  /** Counts the successful attempts in the log. */
  countSuccesses(): Promise<number>
  close(): Promise<void>
}

/** Resolves when all events are committed. */
export type Emission = () => Promise<void>

export interface ContestantOptions {
  postgres: BenchPostgres
  endpoints: readonly Endpoint[]
}

export type StartContestant = (options: ContestantOptions) => Promise<Contestant>

/** Events per statement or request, and the number of concurrent ones: the same for all contestants. */
export const EMIT_BATCH = 500
export const EMIT_CONCURRENCY = 2
