import type { Logger } from 'pino'
import { isUnavailable } from '../database/unavailable.ts'
import { waitUntilAvailable } from '../loops/wait-until-available.ts'

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
 * Runs `work` until the database serves it.
 * @throws Error when the time is up, or any other error of `work` at once
 */
export async function waitForDatabase<T>(
  { place, ...options }: WaitOptions,
  work: () => Promise<T>,
): Promise<T> {
  const giveUp = (message: string, cause: unknown): Error => new Error(message, { cause })
  return await waitUntilAvailable(
    { ...options, name: 'the database', place: { database: place }, isUnavailable, giveUp },
    work,
  )
}
