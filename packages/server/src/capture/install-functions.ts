import type { Connection } from '../database/database.ts'
import { readCaptureState } from './capture-state.ts'
import type { Capture } from './captures.ts'
import { fingerprintOf, recordCapture } from './captures.ts'
import { areFunctionsAsRecorded } from './expected-capture.ts'
import { findExpected } from './watch-captures.ts'

/**
 * Replaces the functions that capture a table where they are not those of this version, or are not as they were installed.
 * Needs no lock on the table.
 * @returns whether that was so
 */
export async function installFunctions(
  connection: Connection,
  capture: Omit<Capture, 'fingerprint'>,
  functions: readonly string[],
): Promise<boolean> {
  const expected = await findExpected(connection, capture.record)
  const isRecordChanged = await recordCapture(connection, {
    ...capture,
    fingerprint: fingerprintOf(functions),
  })
  if (!isRecordChanged && areFunctionsAsRecorded(expected, await readCaptureState(connection))) return false
  for (const text of functions) await connection.execute(text)
  return true
}
