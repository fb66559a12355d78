import type { AttemptRecord } from '../../domain/attempt.ts'
import type { LeasedEvent, UnwrittenDelivery } from '../relay/leased-event.ts'

/** What the recorder writes. */
export type Entry =
  /** A finished attempt. */
  | { kind: 'attempt'; record: AttemptRecord; onWritten: () => void }
  /** A delivery that must wait, or is filtered. `isLeased`: this node has it in memory, or sends it. */
  | {
      kind: 'delivery'
      unwritten: UnwrittenDelivery
      isLeased: boolean
      isClaimable: boolean
      onWritten: () => void
    }
  /** An event that leaves the outbox without another delivery. */
  | { kind: 'event'; event: LeasedEvent; onWritten: () => void }

export type AttemptEntry = Entry & { kind: 'attempt' }

export const isAttempt = (entry: Entry): entry is AttemptEntry => entry.kind === 'attempt'
