import type { Database } from './database.ts'

/** Tables with constant turnover, which need frequent vacuuming. */
const HIGH_TURNOVER_TABLES = [
  'webhooks_internal.outbox',
  'webhooks_internal.outbox_leases',
  'webhooks_internal.queue',
  'webhooks_internal.attempt_counts',
]

/** Does the work of autovacuum, which the embedded database does not have. */
export async function vacuumEmbedded(database: Database): Promise<void> {
  for (const table of HIGH_TURNOVER_TABLES) await database.query(`vacuum (analyze) ${table}`)
  // Of append-only tables, only today's partition grows: the planner needs its current size.
  const { rows } = await database.query<{ partition: string }>(
    `select partition::text as partition from webhooks_internal.partitions where day = (now() at time zone 'UTC')::date`,
  )
  for (const { partition } of rows) await database.query(`analyze ${partition}`)
  await database.query('analyze webhooks_internal.attempt_rollups')
}
