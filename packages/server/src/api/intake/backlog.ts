import type { Database } from '../../database/database.ts'
import { loadStatement } from '../../database/statement.ts'

const readBacklogStatement = loadStatement(import.meta.url, 'read-backlog')

/** Estimates how many committed events have no deliveries yet. */
export async function readBacklog(database: Database): Promise<number> {
  const { rows } = await database.query<{ backlog: number }>(readBacklogStatement)
  return rows[0]?.backlog ?? 0
}
