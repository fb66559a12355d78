import type { LeasedDelivery } from '../../domain/delivery.ts'
import type { DirectSlots } from '../match/match-events.ts'
import type { Skip } from '../../domain/match-webhooks.ts'
import type { Stage } from '../messages.ts'
import type { LeasedEvent, UnwrittenDelivery } from './leased-event.ts'
import type { TakenEvent } from './taken-event.ts'

/** A batch of events that is leased and matched. Nothing of it is sent yet. */
export interface RelayedBatch {
  events: TakenEvent[]
  /** Deliveries to send at once. */
  direct: LeasedDelivery[]
  /** Deliveries to write at once: they wait in the queue, or are filtered. */
  waiting: UnwrittenDelivery[]
  /** Whether deliveries are in the queue already. */
  hasQueued: boolean
  /** Events that get no delivery, or none that is not written. */
  unmatched: LeasedEvent[]
  skips: Skip[]
}

/** Leases and matches a batch, within slots in memory that are free again if it fails. */
export type MakeBatch<B extends RelayedBatch> = (slots: DirectSlots) => Promise<B>

/** Sends and writes what a batch asks for. */
export type Dispatch = <B extends RelayedBatch>(make: MakeBatch<B>) => Promise<B>

/**
 * Where events come from: the outbox of a database, or NATS JetStream. A row of the outbox under a lease and a message of a stream that
 * is not acknowledged are the same thing: an event that this node holds, and that another one gets if this node dies.
 *
 *     take → lease → done, when all deliveries are written
 *                  └→ given back, when nothing of it was sent
 *
 * `LeasedEvents` has what happens after `take`.
 */
export interface EventSource extends Stage {
  /** Milliseconds between two takes without a wake-up. */
  readonly everyMs: number
  /** To be called once, before the start: events have arrived. */
  onEvents(wake: () => void): void
  /**
   * Takes waiting events under a lease, and dispatches them in batches.
   * @returns whether, or in how many milliseconds, to take more; false: after a wake-up, or `everyMs`
   */
  take(dispatch: Dispatch, isWoken: boolean): Promise<boolean | number>
  /** Lets other nodes have the rest. To be called when what this node has sent is written. */
  leave(): Promise<void>
}
