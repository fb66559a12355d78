import type { Database } from '../db/database.ts'
import { loadStatement } from '../db/statement.ts'

const countFailedStatement = loadStatement(import.meta.url, 'count-failed')
const startRedeliveryStatement = loadStatement(import.meta.url, 'start-redelivery')
const redeliverBatchStatement = loadStatement(import.meta.url, 'redeliver-batch')

/** Rows looked at in one statement: few enough that a database on this thread stays responsive. */
const BATCH = 200

/** Which failed deliveries of a webhook are meant; times are ISO 8601, null stands for no bound. */
export interface FailedDeliveries {
  webhookId: string
  since: string | null
  /** Exclusive. */
  until: string
  event: string | null
}

export async function countFailed(database: Database, wanted: FailedDeliveries): Promise<number> {
  const { rows } = await database.query<{ matched: number }>(countFailedStatement, toParams(wanted))
  return rows[0]?.matched ?? 0
}

/** Asks for a bulk retry; a worker takes it up. @returns its id, by which its progress can be read. */
export async function startRedelivery(
  database: Database,
  wanted: FailedDeliveries,
  matched: number,
): Promise<string> {
  const { rows } = await database.query<{ id: string }>(startRedeliveryStatement, [
    ...toParams(wanted),
    matched,
  ])
  return rows[0]!.id
}

/** Queues one batch of what bulk retries ask for. @returns whether there may be more. */
export async function redeliverBatch(database: Database): Promise<boolean> {
  const { rows } = await database.query<{ id: string }>(redeliverBatchStatement, [BATCH])
  return rows.length > 0
}

/** Stops a bulk retry where it is; what it has queued stays queued. @returns false when it is over already. */
export async function cancelRedelivery(database: Database, id: string): Promise<boolean> {
  const { rowCount } = await database.query(
    `update webhooks.webhook_redeliveries set status = 'cancelled', completed_at = now(), updated_at = now()
     where id = $1 and status = 'running'`,
    [id],
  )
  return rowCount > 0
}

function toParams({ webhookId, since, until, event }: FailedDeliveries): unknown[] {
  return [webhookId, since, until, event]
}
