import type { Database } from '../../database/database.ts'
import { countBacklog, readBacklog as readBacklogStatement } from './sql/statements.generated.ts'

/**
 * Returns how many events are in the outbox: about how many below `max`, which is cheap, and an exact number above, up to the one
 * after `max`.
 */
export async function readBacklog(database: Database, max: number): Promise<number> {
  const { rows } = await database.query(...readBacklogStatement())
  const distance = rows[0]?.backlog ?? 0
  if (distance <= max) return distance
  const { rows: counted } = await database.query(...countBacklog({ max: max + 1 }))
  return counted[0]?.backlog ?? 0
}
