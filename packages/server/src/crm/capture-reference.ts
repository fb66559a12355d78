import type { Connection, Database } from '../db/database.ts'
import { relationOf, writeCapture } from './capture-sql.ts'
import type { CapturedTable } from './captured-table.ts'
import { fingerprintOf, hasTriggers, recordCapture } from './captures.ts'
import { readReferenceTables } from './reference-tables.ts'

/** Any constant: nodes that start together take turns. */
const CAPTURE_LOCK = 4_600_003

/** Captures the reference CRM, as its tables are now; does nothing, and locks nothing, where that is so already. */
export async function captureReferenceCrm(database: Database): Promise<void> {
  await database.transaction(async (connection) => {
    await connection.query('select pg_advisory_xact_lock($1)', [CAPTURE_LOCK])
    for (const table of await readReferenceTables(connection)) await capture(connection, table)
  })
}

async function capture(connection: Connection, table: CapturedTable): Promise<void> {
  const { functions, triggers } = writeCapture(table)
  const fingerprint = fingerprintOf(functions)
  const relation = relationOf(table)
  if (await recordCapture(connection, { record: table.record, relation, map: null, fingerprint })) {
    for (const text of functions) await connection.execute(text)
  }
  for (const trigger of triggers) {
    if (!(await hasTriggers(connection, relation, [trigger]))) await connection.execute(trigger.sql)
  }
}
