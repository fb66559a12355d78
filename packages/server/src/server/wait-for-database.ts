import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from 'pino'
import { isUnavailable } from '../database/unavailable.ts'
import { messageOf } from '../domain/errors.ts'

const MIN_PAUSE_MS = 250
const MAX_PAUSE_MS = 5_000
/** Interval of the log lines while waiting. */
const LOG_INTERVAL_MS = 10_000

export interface WaitOptions {
  /** Milliseconds to wait for the database before giving up. */
  limitMs: number
  /** Host and database, without the password. */
  place: string
  /** The setting that names it. */
  setting: string
  log: Logger
}

/**
 * Runs `work` until the database serves it: when machines boot together, the database may be the last one up.
 * @throws Error when the time is up, or any other error of `work` at once
 */
export async function waitForDatabase<T>(
  { limitMs, place, setting, log }: WaitOptions,
  work: () => Promise<T>,
): Promise<T> {
  const startedAt = performance.now()
  let loggedAt = -Infinity
  for (let wait = MIN_PAUSE_MS; ; wait = Math.min(2 * wait, MAX_PAUSE_MS)) {
    try {
      return await work()
    } catch (error) {
      if (!isUnavailable(error)) throw error
      const now = performance.now()
      const left = startedAt + limitMs - now
      if (left <= 0) {
        throw new Error(
          `The database at ${place} is not available: ${messageOf(error)}\n` +
            `Gave up after ${Math.round(limitMs / 1_000)} s (DATABASE_WAIT). Check that it is running and that ${setting} is correct.`,
          { cause: error },
        )
      }
      if (now - loggedAt >= LOG_INTERVAL_MS) {
        loggedAt = now
        log.warn(
          { database: place, error: messageOf(error), givesUpInSeconds: Math.round(left / 1_000) },
          'waiting for the database to become available',
        )
      }
      await pause(Math.min(wait, left))
    }
  }
}
