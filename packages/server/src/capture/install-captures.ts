import type { Connection, Database } from '../database/database.ts'
import type { RecordName } from '../domain/event-types/records.ts'
import { writeCapture } from './capture-sql.ts'
import type { CapturedTable } from './captured-table.ts'
import { relationName } from './captured-table.ts'
import { hasTriggers } from './captures.ts'
import { installFunctions } from './install-functions.ts'
import type { CrmMap } from './table-map.ts'
import { withShortLocks } from './with-short-locks.ts'
import { checkCaptures, recordExpected } from './watch-captures.ts'

export interface InstallOptions {
  /** Milliseconds during which a busy table is retried. */
  maxWaitMs: number
}

export interface Installed {
  record: RecordName
  relation: string
  state: 'attached' | 'changed' | 'unchanged'
}

/**
 * Captures the tables; safe to repeat. Only creating and dropping triggers locks a table; the lock is requested
 * briefly, and again if needed. If the triggers exist, only their functions are replaced.
 * @throws BusyTableError triggers attached so far stay; call again for the rest
 */
export async function installCaptures(
  database: Database,
  tables: readonly CapturedTable[],
  map: CrmMap,
  { maxWaitMs }: InstallOptions,
): Promise<Installed[]> {
  // Record drifts first: the code below repairs them, and they could not be detected afterwards.
  await checkCaptures(database)
  await removeOthers(database, tables, maxWaitMs)
  const installed: Installed[] = []
  for (const table of tables) {
    const relation = relationName(table)
    const { functions, triggers } = writeCapture(table)
    const mapJson = JSON.stringify(map[table.record])
    const isChanged = await database.transaction((connection) =>
      installFunctions(connection, { record: table.record, relation, map: mapJson }, functions),
    )
    const isAttached = await hasTriggers(database, relation, triggers)
    if (!isAttached) {
      await withShortLocks(database, relation, maxWaitMs, async (connection) => {
        for (const { sql } of triggers) await connection.execute(sql)
      })
    }
    await recordExpected(database, { ...table, map: mapJson })
    const state = isAttached ? (isChanged ? 'changed' : 'unchanged') : 'attached'
    installed.push({ record: table.record, relation, state })
  }
  await checkCaptures(database)
  return installed
}

interface CaptureRow {
  record: RecordName
  relation: string
  is_reference: boolean
}

/** Reads the installed captures; none if the program was never installed. */
export async function readCaptures(connection: Connection): Promise<CaptureRow[]> {
  const { rows: known } = await connection.query<{ there: boolean }>(
    `select to_regclass('webhooks_internal.captures') is not null as there`,
  )
  if (known[0]?.there !== true) return []
  const { rows } = await connection.query<CaptureRow>(
    'select record, relation, map is null as is_reference from webhooks_internal.captures order by record',
  )
  return rows
}

/** Removes the capture of records that are no longer in the map, or now come from another table. */
async function removeOthers(
  database: Database,
  tables: readonly CapturedTable[],
  maxWaitMs: number,
): Promise<void> {
  for (const capture of await readCaptures(database)) {
    const stays = tables.some(
      (table) => table.record === capture.record && relationName(table) === capture.relation,
    )
    if (!stays) await removeCapture(database, capture, maxWaitMs)
  }
}

/**
 * Removes the triggers with their functions. Needs no privilege on the table, because dropping a function drops its
 * triggers.
 */
export async function removeCapture(
  database: Database,
  { record, relation }: Pick<CaptureRow, 'record' | 'relation'>,
  maxWaitMs: number,
): Promise<void> {
  await withShortLocks(database, relation, maxWaitMs, async (connection) => {
    await connection.execute(`
      drop function if exists webhooks_internal.capture_${record}_inserts() cascade;
      drop function if exists webhooks_internal.capture_${record}_updates() cascade;`)
    await connection.query('delete from webhooks_internal.captures where record = $1', [record])
  })
}
