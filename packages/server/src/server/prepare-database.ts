import { captureReferenceCrm } from '../capture/capture-reference.ts'
import { refreshCaptures } from '../capture/refresh-captures.ts'
import type { Database } from '../database/database.ts'
import { migrate } from '../database/migrate.ts'
import { storeEventTypes } from './store-event-types.ts'
import { storeMessageTexts } from './store-message-texts.ts'

/**
 * Prepares a database for this version of the program. Several nodes may call it at once.
 * @param crmTables true to install the reference CRM
 * @returns the applied migrations
 */
export async function prepareDatabase(
  database: Database,
  { crmTables }: { crmTables: boolean },
): Promise<string[]> {
  const applied = await migrate(database, crmTables ? ['core', 'crm'] : ['core', 'attached'])
  await storeEventTypes(database)
  await storeMessageTexts(database)
  if (crmTables) await captureReferenceCrm(database)
  else await refreshCaptures(database)
  return applied
}
