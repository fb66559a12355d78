import type { Database } from '../../database/database.ts'
import { plainArray } from '../../database/array-literal.ts'
import { isInputFault } from '../../database/input-fault.ts'
import type { Splitter } from '../../database/split.ts'
import { createSplitter, splitUp } from '../../database/split.ts'
import { loadStatement } from '../../database/statement.ts'
import type { OnFault } from '../../domain/delivery-fault.ts'
import { giveUpDelivery } from '../record/give-up-delivery.ts'

const cancelDeliveriesStatement = loadStatement(import.meta.url, 'cancel-deliveries')
const listCancelled = loadStatement(import.meta.url, 'list-cancelled')
const adoptOrphans = loadStatement(import.meta.url, 'adopt-orphans')

const BATCH = 1_000

interface Cancellation {
  webhook_id: string
  reason: string
  /** As text: a Date would lose the microseconds by which the row is found again. */
  made_before: string
}

/**
 * Cancels the queued deliveries of webhooks that were disabled or deleted, a batch for each webhook.
 * @returns whether a batch was full, so that there is more to do at once. What is under a lease is left to a later call.
 */
export async function cancelDeliveries(
  database: Database,
  onFault: OnFault = () => {},
  splitter: Splitter = createSplitter(),
): Promise<boolean> {
  await database.query(adoptOrphans)
  const { rows } = await database.query<Cancellation>(
    `select webhook_id, reason, made_before::text as made_before
     from webhooks_internal.cancellations order by cancellations.made_before limit 100`,
  )
  let more = false
  for (const cancellation of rows) {
    try {
      const stopped = await cancelBatch(database, cancellation, onFault, splitter)
      if (stopped === BATCH) more = true
      else await forgetWhenDone(database, cancellation.webhook_id, cancellation.made_before)
    } catch (error) {
      // The other webhooks' deliveries do not wait for what cannot leave the queue in any way.
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
      const { rows } = await database.query<{ delivery_id: string }>(listCancelled, [
        webhook_id,
        made_before,
        BATCH,
      ])
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
  const params = [webhook_id, reason, made_before, BATCH, only && plainArray(only)]
  // In a transaction: what has failed holds no rows any more when the next one looks for those that are free.
  const { rows } = await database.transaction((transaction) =>
    transaction.finish<{ stopped: number }>(cancelDeliveriesStatement, params),
  )
  return rows[0]?.stopped ?? 0
}

async function forgetWhenDone(database: Database, webhookId: string, madeBefore: string): Promise<void> {
  await database.query(
    `delete from webhooks_internal.cancellations
     where webhook_id = $1::uuid and made_before = $2::timestamptz and not exists (
       select from webhooks_internal.queue q
       join webhooks.webhook_deliveries d on d.id = q.delivery_id
       where q.webhook_id = $1::uuid and d.created_at <= $2::timestamptz)`,
    [webhookId, madeBefore],
  )
}
