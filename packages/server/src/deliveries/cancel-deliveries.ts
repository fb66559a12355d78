import type { Database } from '../db/database.ts'
import { loadStatement } from '../db/statement.ts'

const cancelDeliveries = loadStatement(import.meta.url, 'cancel-deliveries')
const adoptOrphans = loadStatement(import.meta.url, 'adopt-orphans')

const BATCH = 1_000

interface Cancellation {
  webhook_id: string
  reason: string
  /** As text: a Date would lose the microseconds by which the row is found again. */
  made_before: string
}

/**
 * Cancels what webhooks that were switched off or deleted have left, a batch for each.
 * @returns whether a batch was full, so that there is more to do at once. What is under a lease is left to a later call.
 */
export async function cancelDeliveriesOfStoppedWebhooks(database: Database): Promise<boolean> {
  await database.query(adoptOrphans)
  const { rows } = await database.query<Cancellation>(
    `select webhook_id, reason, made_before::text as made_before
     from webhooks_internal.cancellations order by cancellations.made_before limit 100`,
  )
  let more = false
  for (const { webhook_id, reason, made_before } of rows) {
    const stopped = await cancelBatch(database, webhook_id, reason, made_before)
    if (stopped === BATCH) more = true
    else await forgetWhenDone(database, webhook_id, made_before)
  }
  return more
}

async function cancelBatch(
  database: Database,
  webhookId: string,
  reason: string,
  madeBefore: string,
): Promise<number> {
  const { rows } = await database.query<{ stopped: number }>(cancelDeliveries, [
    webhookId,
    reason,
    madeBefore,
    BATCH,
  ])
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
