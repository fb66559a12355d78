import type { Connection, Database } from '../../database/database.ts'
import { loadStatement } from '../../database/statement.ts'

const startStatement = loadStatement(import.meta.url, 'start-redelivery')
const countFailedStatement = loadStatement(import.meta.url, 'count-failed')

/**
 * `retry_failed`: gives deliveries that have failed for good one more attempt each. `replay_events`: sends events to a
 * webhook that they have not reached.
 */
export type RedeliveryKind = 'retry_failed' | 'replay_events'

/** Selects a part of a webhook's history. Times are texts that PostgreSQL parses; null means no bound. */
export interface RedeliveryScope {
  webhookId: string
  since: string | null
  /** Exclusive. */
  until: string
  event: string | null
}

/** Returns the end of bulk work: `until` or the current time of the database's clock, whichever is earlier. */
export async function fixUntil(database: Database, until: string | null): Promise<string> {
  const { rows } = await database.query<{ until: string }>(
    'select least($1::timestamptz, clock_timestamp())::text as until',
    [until],
  )
  return rows[0]!.until
}

/** Counts the deliveries that `retry_failed` would queue. */
export async function countFailed(database: Database, scope: RedeliveryScope): Promise<number> {
  const { rows } = await database.query<{ matched: number }>(countFailedStatement, toParams(scope))
  return rows[0]?.matched ?? 0
}

/** Requests bulk work, to be run by a worker. @returns its id, for reading its progress */
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

/** Cancels bulk work; what it has queued stays queued. @returns false if it has ended */
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
