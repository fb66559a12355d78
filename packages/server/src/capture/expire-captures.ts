import type { Database } from '../database/database.ts'

const BATCH = 1_000

/**
 * Deletes old faults, past drifts, and statuses that messages reached long ago.
 * @param retention milliseconds
 */
export async function expireCaptures(database: Database, retention: number): Promise<void> {
  for (const [table, age] of [
    ['webhooks.webhook_capture_faults', 'created_at'],
    ['webhooks_internal.reached_statuses', 'reached_at'],
    ['webhooks_internal.capture_drifts', 'until'],
  ] as const) {
    const expire =
      `delete from ${table} where ctid = any (array(select ctid from ${table} ` +
      `where ${age} < now() - $1::double precision * interval '1 millisecond' order by ${age} limit ${BATCH}))`
    while ((await database.query(expire, [retention])).rowCount === BATCH);
  }
}
