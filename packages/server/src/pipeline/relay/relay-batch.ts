import type { Database } from '../../database/database.ts'
import type { DirectSlots, MatchOptions, MatchedBatch } from '../match/create-deliveries.ts'
import { createDeliveries } from '../match/create-deliveries.ts'
import type { OutboxScope, TakenEvents } from './outbox.ts'
import { takeEvents } from './outbox.ts'

export type RelayedBatch = TakenEvents & { matched: MatchedBatch | undefined }

/** Turns a batch of the outbox into deliveries, in one transaction, which has committed when this returns. */
export async function relayBatch(
  database: Database,
  scope: OutboxScope,
  slots: DirectSlots,
  options: MatchOptions,
): Promise<RelayedBatch> {
  return await database.transaction(async (transaction) => {
    const taken = await takeEvents(transaction, database.engine, scope)
    if (taken.events.length === 0) return { ...taken, matched: undefined }
    return { ...taken, matched: await createDeliveries(transaction, taken.events, slots, options) }
  })
}
