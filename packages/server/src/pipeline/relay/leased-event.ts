import type { LeasedDelivery } from '../../domain/delivery.ts'

/** An event that this node has leased. */
export interface LeasedEvent {
  key: number
  /** Milliseconds, by `performance.now()`. */
  leasedAt: number
  unwritten: Set<UnwrittenDelivery>
}

/** A delivery that was matched and is not in the database yet. */
export interface UnwrittenDelivery {
  readonly delivery: LeasedDelivery
  readonly event: LeasedEvent
  /** When it was matched, by the database's clock, as text. */
  readonly createdAt: string
  readonly recordId: string | null
  readonly redact: readonly string[] | null
  readonly shape: string | null
  /** The reason why it is filtered; undefined: it is sent. */
  filtered: string | undefined
  /** The entry that will write it; undefined: none yet. */
  writer: object | undefined
  /** Resolves when the write that is under way has ended. */
  writing: Promise<void> | undefined
}
