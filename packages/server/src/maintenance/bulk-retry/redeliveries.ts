import type { Connection, Database } from '../../database/database.ts'
import { loadStatement } from '../../database/statement.ts'

const startStatement = loadStatement(import.meta.url, 'start-redelivery')
const countFailedStatement = loadStatement(import.meta.url, 'count-failed')

/**
 * `retry_failed`: deliveries that have failed for good get one more attempt each.
 * `replay_events`: events that have not reached the webhook are sent to it.
 */
export type RedeliveryKind = 'retry_failed' | 'replay_events'

/** What of a webhook is meant; times as the database reads them, null stands for no bound. */
export interface RedeliveryScope {
  webhookId: string
  since: string | null
  /** Exclusive. */
  until: string
  event: string | null
}

/** Fixes the end of bulk work: `until`, or the moment of asking, by the database's clock, when that comes first. */
export async function fixUntil(database: Database, until: string | null): Promise<string> {
  const { rows } = await database.query<{ until: string }>(
    'select least($1::timestamptz, clock_timestamp())::text as until',
    [until],
  )
  return rows[0]!.until
}

/** How many deliveries `retry_failed` would queue. */
export async function countFailed(database: Database, scope: RedeliveryScope): Promise<number> {
  const { rows } = await database.query<{ matched: number }>(countFailedStatement, toParams(scope))
  return rows[0]?.matched ?? 0
}

/** Asks for bulk work; a worker takes it up. @returns its id, by which its progress can be read. */
export async function startRedelivery(
  database: Connection,
  kind: RedeliveryKind,
  { webhookId, since, until, event }: RedeliveryScope,
  matched: number | null,
): Promise<string> {
  const params = [webhookId, kind, since, until, event, matched]
  const { rows } = await database.query<{ id: string }>(startStatement, params)
  return rows[0]!.id
}

/** Stops bulk work where it is; what it has queued stays queued. @returns false when it is over already. */
export async function cancelRedelivery(database: Connection, id: string): Promise<boolean> {
  const { rowCount } = await database.query(
    `update webhooks.webhook_redeliveries
     set status = 'cancelled', reason = 'by hand', completed_at = now(), updated_at = now()
     where id = $1 and status = 'running'`,
    [id],
  )
  return rowCount > 0
}

function toParams({ webhookId, since, until, event }: RedeliveryScope): unknown[] {
  return [webhookId, since, until, event]
}
