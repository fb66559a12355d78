import type { Endpoint, LoadEvent } from './load.ts'
import type { BenchPostgres } from './postgres.ts'

/** Something that delivers events: ready to be given some. */
export interface Contestant {
  /** The process that delivers. */
  pid: number
  /** Process of a store of its own, besides PostgreSQL. */
  storePid?: number
  /** Turns events into what `emit` takes, before the clock runs. */
  prepare(events: readonly LoadEvent[]): Emission
  /** Whether all that was emitted is delivered and recorded as such. */
  isDone(): Promise<boolean>
  /** Rows in the log of what was sent with success. */
  countSuccesses(): Promise<number>
  close(): Promise<void>
}

/** Resolves when all of it is committed. */
export type Emission = () => Promise<void>

export interface ContestantOptions {
  postgres: BenchPostgres
  endpoints: readonly Endpoint[]
}

export type StartContestant = (options: ContestantOptions) => Promise<Contestant>

/** Events in one statement or request, and how many of these are on their way at once: the same for all. */
export const EMIT_BATCH = 500
export const EMIT_AT_ONCE = 2
