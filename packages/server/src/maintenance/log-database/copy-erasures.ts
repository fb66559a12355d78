import { plainArray } from '../../database/array-literal.ts'
import type { Database } from '../../database/database.ts'
import { listCopiedErasures, listOtherErasures, startErasures } from './sql/statements.generated.ts'

const MAX_AT_ONCE = 100

/**
 * Starts the erasures of the log database in the database of the CRM, too, whose captured events are kept for as long.
 *
 * @param keptMs how long events are kept: older erasures have nothing to erase
 */
export async function copyErasures(crm: Database, logs: Database, keptMs: number): Promise<void> {
  const { rows: known } = await crm.query(...listCopiedErasures({ keptMs }))
  const knownIds = plainArray(known.map(({ id }) => id))
  const { rows } = await logs.query(...listOtherErasures({ keptMs, knownIds, limit: MAX_AT_ONCE }))
  const { erasures, count } = rows[0]!
  if (count > 0) await crm.query(...startErasures({ erasures }))
}
