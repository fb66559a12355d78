import type { Connection } from '../database/database.ts'
import { readCaptureState } from './capture-state.ts'
import { functionPrefix } from './captured-table.ts'
import type { Capture } from './captures.ts'
import { fingerprintFunctions, recordCapture } from './captures.ts'
import { functionsMatchRecord } from './expected-capture.ts'
import { findExpected } from './watch-captures.ts'

/**
 * Replaces the functions that capture a table if they are from another version or were altered. Does not lock the
 * table.
 * @returns true if they were replaced
 */
export async function installFunctions(
  connection: Connection,
  { id, record, relation, map }: Omit<Capture, 'fingerprint'>,
  functions: readonly string[],
): Promise<boolean> {
  const expected = await findExpected(connection, id)
  const isRecordChanged = await recordCapture(connection, {
    id,
    record,
    relation,
    map,
    fingerprint: fingerprintFunctions(functions),
  })
  if (
    !isRecordChanged &&
    functionsMatchRecord(expected, await readCaptureState(connection, functionPrefix(id)))
  )
    return false
  for (const text of functions) await connection.execute(text)
  return true
}
