import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from 'pino'
import { messageOf } from '../domain/errors.ts'

const MIN_PAUSE_MS = 250
const MAX_PAUSE_MS = 5_000
/** Interval of the log lines while waiting. */
const LOG_INTERVAL_MS = 10_000

export interface WaitOptions {
  /** What is waited for, as a sentence names it. */
  name: 'the database' | 'NATS'
  /** Where it is, without a password: the field of the log line, and its value. */
  place: { database: string } | { nats: string }
  /** The setting that names it. */
  setting: string
  /** Milliseconds to wait before giving up. */
  limitMs: number
  log: Logger
  /** Whether waiting may help. */
  isUnavailable(error: unknown): boolean
  /** The error at the end of the wait. */
  giveUp(message: string, cause: unknown): Error
}

/**
 * Runs `work` until what it needs is there: when machines boot together, that may be the last one up.
 * @throws what `giveUp` returns when the time is up, or any other error of `work` at once
 */
export async function waitUntilAvailable<T>(options: WaitOptions, work: () => Promise<T>): Promise<T> {
  const { limitMs, name, place, log } = options
  const startedAt = performance.now()
  let loggedAt = -Infinity
  for (let wait = MIN_PAUSE_MS; ; wait = Math.min(2 * wait, MAX_PAUSE_MS)) {
    try {
      return await work()
    } catch (error) {
      if (!options.isUnavailable(error)) throw error
      const now = performance.now()
      const left = startedAt + limitMs - now
      if (left <= 0) throw options.giveUp(explain(options, error), error)
      if (now - loggedAt >= LOG_INTERVAL_MS) {
        loggedAt = now
        log.warn(
          { ...place, error: messageOf(error), givesUpInSeconds: Math.round(left / 1_000) },
          `waiting for ${name} to become available`,
        )
      }
      await pause(Math.min(wait, left))
    }
  }
}

function explain({ name, place, limitMs, setting }: WaitOptions, cause: unknown): string {
  const subject = name.charAt(0).toUpperCase() + name.slice(1)
  return (
    `${subject} at ${Object.values(place)[0]} is not available: ${messageOf(cause)}\n` +
    `Gave up after ${Math.round(limitMs / 1_000)} s (DATABASE_WAIT). Check that it is running and that ${setting} is correct.`
  )
}
