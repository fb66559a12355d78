import type { Database } from './database.ts'

/** Rows come and go in these; what is gone has to be cleared away. */
const BUSY = ['webhooks_internal.outbox', 'webhooks_internal.queue', 'webhooks_internal.attempt_counts']

/** What autovacuum does on a PostgreSQL server. The embedded database has none. */
export async function tidy(database: Database): Promise<void> {
  for (const table of BUSY) await database.query(`vacuum (analyze) ${table}`)
  // Of what only grows, the day that still does: the planner must learn how large it is.
  const { rows } = await database.query<{ partition: string }>(
    `select partition::text as partition from webhooks_internal.partitions where day = (now() at time zone 'UTC')::date`,
  )
  for (const { partition } of rows) await database.query(`analyze ${partition}`)
  await database.query('analyze webhooks_internal.attempt_rollups')
}
