import { z } from 'zod'
import type { Connection } from '../database/database.ts'
import type { CaptureState, TableName } from './capture-state.ts'
import { readCaptureState, readTableStates } from './capture-state.ts'
import { OPERATIONS, functionName, functionPrefix, triggerName } from './captured-table.ts'
import { findInExpressions } from './map/find-names.ts'
import type { UsedTable } from './used-columns.ts'
/** The definition of a trigger that could not be read. */
export const ANY_DEFINITION = ''

const table = z.object({
  schema: z.string(),
  name: z.string(),
  oid: z.number().nullable(),
  columns: z.array(z.object({ name: z.string(), number: z.number(), type: z.string() })),
})

const expectedSchema = z.object({
  triggers: z.array(z.object({ name: z.string(), function: z.string(), definition: z.string() })),
  functions: z.array(z.object({ name: z.string(), hash: z.string() })),
  /** The captured table first, then the tables through which a row's organization is looked up. */
  tables: z.array(table).min(1),
})

/** The capture of a table as it was installed: `webhooks_internal.captures.expected`. */
export type ExpectedCapture = z.infer<typeof expectedSchema>
export type ExpectedTable = z.infer<typeof table>

export const parseExpected = (json: string): ExpectedCapture => expectedSchema.parse(JSON.parse(json))

interface RecordedCapture {
  id: string
  /** What it reads: the captured table first. */
  used: readonly UsedTable[]
  /** The recorded capture, which remains valid for columns that do not exist now. */
  previous: ExpectedCapture | undefined
}

/** Reads the current capture of a table, for later comparisons. */
export async function readExpected(
  connection: Connection,
  { id, used, previous }: RecordedCapture,
): Promise<ExpectedCapture> {
  const states = await readTableStates(
    connection,
    used.map(({ table: name }) => name),
  )
  const { functions, triggers } = await readCaptureState(connection, functionPrefix(id))
  const own = ({ name }: { name: string }): boolean => name.startsWith(functionPrefix(id))
  const present = triggers.flatMap(({ name, tableOid, function: called, definition }) =>
    tableOid === states[0]?.oid && called !== null && own({ name: called })
      ? [{ name, function: called, definition }]
      : [],
  )
  return {
    triggers: [...present, ...findDetached(id, functions, present)],
    functions: functions.filter(own).map(({ name, hash }) => ({ name, hash })),
    tables: used.map(({ table: name, columns, expressions }, index) => {
      const known = [...(states[index]?.columns ?? []), ...listColumns(previous, name)]
      const names = new Set([...columns, ...findInExpressions(known, expressions)])
      return {
        ...name,
        oid: states[index]?.oid ?? null,
        columns: [...names].map(
          (wanted) => known.find((column) => column.name === wanted) ?? { name: wanted, number: 0, type: '' },
        ),
      }
    }),
  }
}

const listColumns = (expected: ExpectedCapture | undefined, { schema, name }: TableName) =>
  expected?.tables.find((known) => known.schema === schema && known.name === name)?.columns ?? []

/** Finds functions of ours without their triggers: an installation was interrupted before it created them. */
function findDetached(
  id: string,
  functions: CaptureState['functions'],
  present: ExpectedCapture['triggers'],
): ExpectedCapture['triggers'] {
  return OPERATIONS.flatMap((operation) => {
    const name = functionName(id, operation)
    const isDetached =
      functions.some((found) => found.name === name) && !present.some((trigger) => trigger.function === name)
    return isDetached
      ? [{ name: triggerName(id, operation), function: name, definition: ANY_DEFINITION }]
      : []
  })
}

/** Tests if the functions that capture a record match the recorded ones, or were never recorded. */
export function functionsMatchRecord(
  expected: ExpectedCapture | undefined,
  { functions }: Pick<CaptureState, 'functions'>,
): boolean {
  return (
    expected === undefined ||
    expected.functions.every(({ name, hash }) =>
      functions.some((found) => found.name === name && found.hash === hash),
    )
  )
}
