import type { Clock } from '../domain/clock.ts'

/**
 * The time when events of this process's relay last left the outbox, or the relay found it empty. Events that are leased and
 * not written are no progress.
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
