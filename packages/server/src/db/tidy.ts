import type { Database } from './database.ts'

/** Rows come and go in these; what is gone has to be cleared away. */
const BUSY = ['webhooks_internal.outbox', 'webhooks_internal.queue']
/** These only grow; the planner must learn how large they are. */
const GROWING = ['webhooks.webhook_events', 'webhooks.webhook_deliveries', 'webhooks_internal.attempts']

/** What autovacuum does on a PostgreSQL server. The embedded database has none. */
export async function tidy(database: Database): Promise<void> {
  for (const table of BUSY) await database.query(`vacuum (analyze) ${table}`)
  for (const table of GROWING) await database.query(`analyze ${table}`)
}
