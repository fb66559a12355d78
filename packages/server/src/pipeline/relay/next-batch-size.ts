import type { LeasedEvents } from './leased-events.ts'

/**
 * A batch has as many events as end in this time, and the next one is taken when fewer than a batch are left. So two batches are in
 * memory at most, and deliveries that wait only briefly need no row in the queue.
 */
const BATCH_MS = 100
export const MIN_BATCH = 200
/** Slow endpoints hold their events longer. They must not slow the others: with them, too, a batch follows after this time. */
const MAX_WAIT_MS = 100

/** Waits until the next batch may be taken. @returns how many events it has at most */
export async function awaitNextBatch(leasedEvents: LeasedEvents, maxBatch: number): Promise<number> {
  const limit = Math.max(MIN_BATCH, Math.min(maxBatch, leasedEvents.endsWithin(BATCH_MS)))
  await leasedEvents.untilBelow(limit, MAX_WAIT_MS)
  return limit
}
