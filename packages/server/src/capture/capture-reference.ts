import type { Connection, Database } from '../database/database.ts'
import { writeCapture } from './capture-sql.ts'
import type { CapturedTable } from './captured-table.ts'
import { relationName } from './captured-table.ts'
import { hasTriggers } from './captures.ts'
import { installFunctions } from './install-functions.ts'
import { readReferenceTables } from './reference-tables.ts'
import { checkCaptures, recordExpected } from './watch-captures.ts'

/** Any constant: makes nodes that start together take turns. */
const CAPTURE_LOCK = 4_600_003

/**
 * Captures the reference CRM with the current columns of its tables. Does nothing, and takes no lock, if that is
 * already so.
 */
export async function captureReferenceCrm(database: Database): Promise<void> {
  // Record drifts first: the code below repairs them, and they could not be detected afterwards.
  await checkCaptures(database)
  await database.transaction(async (connection) => {
    await connection.query('select pg_advisory_xact_lock($1)', [CAPTURE_LOCK])
    for (const table of await readReferenceTables(connection)) await capture(connection, table)
  })
  await checkCaptures(database)
}

async function capture(connection: Connection, table: CapturedTable): Promise<void> {
  const { functions, triggers } = writeCapture(table)
  const relation = relationName(table)
  await installFunctions(connection, { id: table.id, record: table.subject, relation, map: null }, functions)
  for (const trigger of triggers) {
    if (!(await hasTriggers(connection, relation, [trigger]))) await connection.execute(trigger.sql)
  }
  await recordExpected(connection, { ...table, record: table.subject, map: null })
}
