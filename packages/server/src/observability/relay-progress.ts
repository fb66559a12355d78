import type { Clock } from '../domain/clock.ts'

/**
 * When the relay of this process last moved events out of the outbox, or found that none waited. A look that fails, and
 * one that finds events which it cannot take, is no progress.
 */
export interface RelayProgress {
  note(): void
  /** Milliseconds since the Unix epoch. */
  readonly lastAt: number
}

/** @returns one that counts from now on: a process that has just started is given its time. */
export function createRelayProgress(clock: Clock): RelayProgress {
  let lastAt = clock.now()
  return {
    note: () => void (lastAt = clock.now()),
    get lastAt() {
      return lastAt
    },
  }
}
