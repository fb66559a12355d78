import type { Transaction } from '../../database/database.ts'
import type { PlannedDelivery, DirectSlots } from '../match/match-events.ts'
import type { DeliveryToWrite } from '../record/delivery-columns.ts'
import type { RelayedBatch } from '../relay/event-source.ts'
import { isInOrder, toBatch } from '../relay/match-batch.ts'
import { replaceUpdates } from '../relay/replace-updates.ts'
import type { LeasedRow, LeaseHolder } from './outbox.ts'
import type { OutboxBatchOptions } from './relay-batch.ts'
import { matchRows } from './relay-batch.ts'
import { writeDeliveriesLocked } from './write-deliveries.ts'

/** Few, because no other node leases events meanwhile. */
const MAX_IN_ORDER = 100
const MIN_IN_ORDER = 5
/** How long others may wait for a batch. */
const LOCKED_MS = 20

/** How many events are relayed in order at once: fewer while they take long, such as with costly filters. */
export class InOrderPace {
  #size = MAX_IN_ORDER

  get size(): number {
    return this.#size
  }

  note(tookMs: number): void {
    this.#size =
      tookMs > LOCKED_MS
        ? Math.max(MIN_IN_ORDER, Math.floor(this.#size / 2))
        : Math.min(MAX_IN_ORDER, this.#size * 2)
  }
}

/**
 * Leases events of organizations with an order per record. The deliveries of their ordered webhooks are written in the same transaction:
 * so they stand in the queue in the order in which the events stand in the outbox, whichever nodes relay them. The others go the usual
 * way.
 *
 * @param only few, in the order of the outbox
 * @throws if an event makes the batch fail; its events are then free again
 */
export async function relayInOrder(
  only: readonly number[],
  slots: DirectSlots,
  options: OutboxBatchOptions,
): Promise<RelayedBatch> {
  const { leasedEvents } = options
  const relayed = await leasedEvents.leaseInOrder(only, async (transaction, rows) => {
    const matched = await matchRows(transaction, rows, slots, options)
    const ordered = matched.planned.filter(isInOrder)
    const holder = { nodeId: leasedEvents.nodeId, lease: leasedEvents.token }
    if (ordered.length > 0) await write(transaction, holder, ordered, rows[0]!)
    return { rows, planned: matched.planned.filter((one) => !isInOrder(one)), skips: matched.skips, ordered }
  })
  if (relayed === undefined) return toBatch(leasedEvents, [], { planned: [], skips: [] }, '')
  const { rows, ordered, ...rest } = relayed
  return { ...toBatch(leasedEvents, rows, rest, rows[0]!.leased_at), hasQueued: ordered.length > 0 }
}

async function write(
  transaction: Transaction,
  holder: LeaseHolder,
  planned: readonly PlannedDelivery[],
  { leased_at: createdAt }: LeasedRow,
): Promise<void> {
  const rows = planned.map((one): DeliveryToWrite => ({
    unwritten: { ...one, createdAt, event: one },
    written: { as: 'waiting', isLeased: false },
  }))
  await writeDeliveriesLocked(transaction, holder, rows)
  await replaceUpdates(transaction, planned)
}
