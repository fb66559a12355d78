import { plainArray } from '../../database/array-literal.ts'
import type { Transaction } from '../../database/database.ts'
import type { PlannedDelivery, DirectSlots } from '../match/match-events.ts'
import type { DeliveryToWrite } from '../record/write-deliveries.ts'
import { writeDeliveriesLocked } from '../record/write-deliveries.ts'
import type { LeasedRow, LeaseHolder } from './outbox.ts'
import type { RelayBatchOptions, RelayedBatch } from './relay-batch.ts'
import { matchRows, toBatch } from './relay-batch.ts'
import { replaceUpdates } from './sql/statements.generated.ts'

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

const UPDATE = /\.updated$/

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
  options: RelayBatchOptions,
): Promise<RelayedBatch> {
  const { leasedEvents } = options
  const relayed = await leasedEvents.leaseInOrder(only, async (transaction, rows) => {
    const matched = await matchRows(transaction, rows, slots, options)
    const ordered = matched.planned.filter(isOrdered)
    const holder = { nodeId: leasedEvents.nodeId, lease: leasedEvents.token }
    if (ordered.length > 0) await write(transaction, holder, ordered, rows[0]!)
    return { rows, planned: matched.planned.filter((one) => !isOrdered(one)), skips: matched.skips, ordered }
  })
  if (relayed === undefined) return toBatch(leasedEvents, [], { planned: [], skips: [] })
  const { rows, ordered, ...rest } = relayed
  return { ...toBatch(leasedEvents, rows, rest), hasQueued: ordered.length > 0 }
}

const isOrdered = ({ delivery, filtered }: PlannedDelivery): boolean =>
  delivery.target.isOrdered && filtered === undefined

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
  const updates = planned.filter(({ coalesces, delivery }) => coalesces && UPDATE.test(delivery.event))
  if (updates.length > 0)
    await transaction.query(
      ...replaceUpdates({ deliveries: plainArray(updates.map(({ delivery }) => delivery.id)) }),
    )
}
