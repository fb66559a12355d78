import type { Database } from '../database/database.ts'
import { isDatabaseError } from '../database/database.ts'
import type { RecordName } from '../domain/event-types/records.ts'
import { writeCapture } from './capture-sql.ts'
import { relationName } from './captured-table.ts'
import { readCrmTables } from './crm-tables.ts'
import { installFunctions } from './install-functions.ts'
import { mapTables } from './map-tables.ts'
import type { CrmMap, TableMap } from './table-map.ts'
import { checkCaptures, recordExpected } from './watch-captures.ts'

/**
 * Replaces the functions that capture another CRM's tables by those of this version, without locking the tables. A
 * table that does not match its map keeps its functions, and the watch reports it.
 */
export async function refreshCaptures(database: Database): Promise<void> {
  const { rows } = await database.query<{ record: RecordName; map: string }>(
    'select record, map::text as map from webhooks_internal.captures where map is not null order by record',
  )
  if (rows.length === 0) return
  const all = await readCrmTables(database)
  // Record drifts before they are repaired.
  await checkCaptures(database)
  for (const { record, map } of rows) {
    const tableMap = JSON.parse(map) as TableMap
    const crmMap: CrmMap = { [record]: tableMap }
    const { tables, problems } = mapTables(crmMap, all)
    const [table] = tables
    if (table === undefined || problems.length > 0) continue
    const { functions } = writeCapture(table)
    const isChanged = await database
      .transaction((connection) =>
        installFunctions(connection, { record, relation: relationName(table), map }, functions),
      )
      .catch(skipForeignFunctions)
    if (isChanged) await recordExpected(database, { record, map, schema: table.schema, name: table.name })
  }
}

/** Functions owned by another role stay unchanged, without failing the start. */
function skipForeignFunctions(error: unknown): false {
  if (isDatabaseError(error) && error.code === '42501') return false
  throw error
}
