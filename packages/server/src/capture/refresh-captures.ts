import type { Database } from '../database/database.ts'
import { isDatabaseError } from '../database/database.ts'
import { readMappedCaptures } from './captures.ts'
import { installFunctions } from './install-functions.ts'
import { resolveOnDatabase } from './map/resolve-map.ts'
import { readStoredMap } from './stored-map.ts'
import { listWanted } from './wanted-captures.ts'
import { checkCaptures, recordExpected } from './watch-captures.ts'

/**
 * Replaces the functions that capture another CRM's tables by those of this version, without locking the tables. A
 * table that does not match its map keeps its functions, and the watch reports it.
 */
export async function refreshCaptures(database: Database): Promise<void> {
  const installed = await readMappedCaptures(database)
  const map = installed.length === 0 ? undefined : await readStoredMap(database)
  if (map === undefined) return
  const resolved = await resolveOnDatabase(database, map)
  // Record drifts before they are repaired.
  await checkCaptures(database)
  for (const capture of listWanted(resolved, installed)) {
    if (!installed.some(({ id }) => id === capture.id)) continue
    const isChanged = await database
      .transaction((connection) => installFunctions(connection, capture, capture.sql.functions))
      .catch(skipForeignFunctions)
    if (isChanged) await recordExpected(database, capture)
  }
}

/** Functions owned by another role stay unchanged, without failing the start. */
function skipForeignFunctions(error: unknown): false {
  if (isDatabaseError(error) && error.code === '42501') return false
  throw error
}
