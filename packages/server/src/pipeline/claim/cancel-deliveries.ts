import type { Database } from '../../database/database.ts'
import { plainArray } from '../../database/array-literal.ts'
import { isInputFault } from '../../database/input-fault.ts'
import type { Splitter } from '../../database/split.ts'
import { createSplitter, splitUp } from '../../database/split.ts'
import type { OnFault } from '../../domain/delivery-fault.ts'
import { giveUpDelivery } from '../record/give-up-delivery.ts'
import {
  adoptOrphans,
  cancelDeliveries as cancelBatchOf,
  forgetCancellation,
  listCancellations,
  listCancelled,
} from './sql/statements.generated.ts'

const BATCH = 1_000

interface Cancellation {
  webhook_id: string
  reason: string
  made_before: string
}

/**
 * Cancels the queued deliveries of webhooks that were disabled or deleted, a batch for each webhook.
 * Leased deliveries are left to a later call.
 *
 * @returns whether a batch was full, so that more may be left to cancel now
 */
export async function cancelDeliveries(
  database: Database,
  onFault: OnFault = () => {},
  splitter: Splitter = createSplitter(),
): Promise<boolean> {
  await database.query(...adoptOrphans())
  const { rows } = await database.query(...listCancellations())
  let more = false
  for (const cancellation of rows) {
    try {
      const stopped = await cancelBatch(database, cancellation, onFault, splitter)
      if (stopped === BATCH) more = true
      else await forgetWhenDone(database, cancellation.webhook_id, cancellation.made_before)
    } catch (error) {
      // A delivery that cannot leave the queue must not hold up those of other webhooks.
      if (!isInputFault(error)) throw error
    }
  }
  return more
}

async function cancelBatch(
  database: Database,
  cancellation: Cancellation,
  onFault: OnFault,
  splitter: Splitter,
): Promise<number> {
  return await splitter.attempt(
    () => cancel(database, cancellation, null),
    async (failure) => {
      const { webhook_id, made_before } = cancellation
      const { rows } = await database.query(
        ...listCancelled({ webhookId: webhook_id, madeBefore: made_before, limit: BATCH }),
      )
      await splitUp(
        rows.map(({ delivery_id }) => delivery_id),
        failure,
        async (only) => void (await cancel(database, cancellation, only)),
        async (deliveryId, error) => {
          const fault = await giveUpDelivery(database, { deliveryId, stage: 'cancel', lease: null, error })
          if (fault !== undefined) onFault(fault)
        },
      )
      return rows.length
    },
  )
}

async function cancel(
  database: Database,
  { webhook_id, reason, made_before }: Cancellation,
  only: readonly string[] | null,
): Promise<number> {
  const statement = cancelBatchOf({
    webhookId: webhook_id,
    reason,
    madeBefore: made_before,
    limit: BATCH,
    only: only && plainArray(only),
  })
  // In a transaction, so that a failed batch has released its rows when the next one skips locked rows.
  const { rows } = await database.transaction((transaction) => transaction.finish(...statement))
  return rows[0]?.stopped ?? 0
}

async function forgetWhenDone(database: Database, webhookId: string, madeBefore: string): Promise<void> {
  await database.query(...forgetCancellation({ webhookId, madeBefore }))
}
