import { captureReferenceCrm } from '../capture/capture-reference.ts'
import { refreshCaptures } from '../capture/refresh-captures.ts'
import type { Database } from '../database/database.ts'
import { migrate } from '../database/migrate.ts'
import { storeEventTypes } from './store-event-types.ts'

/**
 * Brings a database to what this version of the program works with; safe to call by several nodes at once.
 * @param crmTables whether it is to have the reference CRM
 * @returns the migrations that were applied
 */
export async function prepareDatabase(
  database: Database,
  { crmTables }: { crmTables: boolean },
): Promise<string[]> {
  const applied = await migrate(database, crmTables ? ['core', 'crm'] : ['core'])
  await storeEventTypes(database)
  if (crmTables) await captureReferenceCrm(database)
  else await refreshCaptures(database)
  return applied
}
