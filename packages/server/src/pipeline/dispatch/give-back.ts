import type { Database } from '../../database/database.ts'
import type { LeasedDelivery } from '../../domain/delivery.ts'
import { releaseDeliveries } from '../claim/leases.ts'
import type { Recorder } from '../record/recorder.ts'
import type { LeasedEvents } from '../relay/leased-events.ts'

export interface GiveBackOptions {
  database: Database
  leasedEvents: LeasedEvents
  recorder: Recorder
}

/** Gives back deliveries that this node has leased and will not send: they are due in the queue, for any node. */
export async function giveBack(
  deliveries: readonly LeasedDelivery[],
  { database, leasedEvents, recorder }: GiveBackOptions,
): Promise<void> {
  const queued: LeasedDelivery[] = []
  const writes: Promise<void>[] = []
  for (const delivery of deliveries) {
    const unwritten = leasedEvents.find(delivery.id)
    const isUnwritten = unwritten?.delivery.lease === delivery.lease
    if (isUnwritten) writes.push(recorder.enqueueDue(unwritten))
    // A delivery that is being written may get a row that is leased to this node.
    if (!isUnwritten || unwritten.writing !== undefined) queued.push(delivery)
  }
  await Promise.all(writes)
  if (queued.length > 0) await releaseDeliveries(database, queued)
}
