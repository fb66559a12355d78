import type { Connection, Database } from '../../database/database.ts'
import {
  cancelRedelivery as cancelRedeliveryStatement,
  countFailed as countFailedStatement,
  fixUntil as fixUntilStatement,
  startRedelivery as startRedeliveryStatement,
} from './sql/statements.generated.ts'

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
  const { rows } = await database.query(...fixUntilStatement({ until }))
  return rows[0]!.until
}

/** Counts the deliveries that `retry_failed` would queue. */
export async function countFailed(database: Database, scope: RedeliveryScope): Promise<number> {
  const { rows } = await database.query(...countFailedStatement(scope))
  return rows[0]?.matched ?? 0
}

/** Requests bulk work, to be run by a worker. @returns its id, for reading its progress */
export async function startRedelivery(
  database: Connection,
  kind: RedeliveryKind,
  scope: RedeliveryScope,
  matched: number | null,
): Promise<string> {
  const { rows } = await database.query(...startRedeliveryStatement({ ...scope, kind, matched }))
  return rows[0]!.id
}

/** Cancels bulk work; what it has queued stays queued. @returns false if it has ended */
export async function cancelRedelivery(database: Connection, id: string): Promise<boolean> {
  const { rowCount } = await database.query(...cancelRedeliveryStatement({ id }))
  return rowCount > 0
}
