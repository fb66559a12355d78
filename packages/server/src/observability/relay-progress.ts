import type { Clock } from '../domain/clock.ts'

/**
 * The time when events last left an outbox, or it was found empty. Events that are leased and not written are no progress.
 */
export interface RelayProgress {
  note(): void
  /** Milliseconds since the Unix epoch. */
  readonly lastAt: number
}

/** The progress of this process, which may empty several outboxes: that of the one that is furthest behind. */
export interface ProcessProgress extends Pick<RelayProgress, 'lastAt'> {
  /** The progress of one more outbox, which starts now, so that a new process gets its full time. */
  ofOutbox(): RelayProgress
}

export function createProcessProgress(clock: Clock): ProcessProgress {
  const startedAt = clock.now()
  const outboxes: RelayProgress[] = []
  return {
    ofOutbox() {
      let lastAt = clock.now()
      const progress: RelayProgress = {
        note: () => void (lastAt = clock.now()),
        get lastAt() {
          return lastAt
        },
      }
      outboxes.push(progress)
      return progress
    },
    get lastAt() {
      return outboxes.length === 0 ? startedAt : Math.min(...outboxes.map(({ lastAt }) => lastAt))
    },
  }
}
