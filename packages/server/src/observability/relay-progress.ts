import type { Clock } from '../domain/clock.ts'

/**
 * The time when the relay of this process last moved events out of the outbox, or found it empty. A run that fails, or
 * that finds events which it cannot lease, is no progress.
 */
export interface RelayProgress {
  note(): void
  /** Milliseconds since the Unix epoch. */
  readonly lastAt: number
}

/** @returns progress that starts now, so that a new process gets its full time */
export function createRelayProgress(clock: Clock): RelayProgress {
  let lastAt = clock.now()
  return {
    note: () => void (lastAt = clock.now()),
    get lastAt() {
      return lastAt
    },
  }
}
