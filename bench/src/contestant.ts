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
  isDone(workload: Workload): Promise<boolean>
  /** Counts the successful attempts in the log. */
  countSuccesses(since: number): Promise<number>
  close(): Promise<void>
}

/** What a contestant was asked to deliver. */
export interface Workload {
  /** Milliseconds since 1970; nothing of it is older. */
  since: number
  deliveries: number
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
