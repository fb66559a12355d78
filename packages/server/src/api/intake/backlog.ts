import type { Database } from '../../database/database.ts'
import { readBacklog as readBacklogStatement } from './sql/statements.generated.ts'

/** Estimates how many committed events have no deliveries yet. */
export async function readBacklog(database: Database): Promise<number> {
  const { rows } = await database.query(...readBacklogStatement())
  return rows[0]?.backlog ?? 0
}
