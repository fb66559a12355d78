import { z } from 'zod'
import type { Connection } from '../database/database.ts'
import type { RecordName } from '../domain/event-types/records.ts'
import { RECORD_COLUMNS } from '../domain/event-types/records.ts'
import type { CaptureState, TableName } from './capture-state.ts'
import { readCaptureState, readTableStates } from './capture-state.ts'
import { functionName, triggerName } from './captured-table.ts'
import type { TableMap } from './table-map.ts'

const OPERATIONS = ['insert', 'update'] as const
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
  record: RecordName
  table: TableName
  /** Null: the reference CRM. */
  map: TableMap | null
  /** The recorded capture, which remains valid for columns that do not exist now. */
  previous: ExpectedCapture | undefined
}

/** Reads the current capture of a table, for later comparisons. */
export async function readExpected(
  connection: Connection,
  { record, table: captured, map, previous }: RecordedCapture,
): Promise<ExpectedCapture> {
  const used = listUsedColumns(record, captured, map)
  const states = await readTableStates(
    connection,
    used.map(({ table: name }) => name),
  )
  const { functions, triggers } = await readCaptureState(connection)
  const own = ({ name }: { name: string }): boolean => name.startsWith(`capture_${record}_`)
  const present = triggers.flatMap(({ name, tableOid, function: called, definition }) =>
    tableOid === states[0]?.oid && called !== null && own({ name: called })
      ? [{ name, function: called, definition }]
      : [],
  )
  return {
    triggers: [...present, ...findDetached(record, functions, present)],
    functions: functions.filter(own).map(({ name, hash }) => ({ name, hash })),
    tables: used.map(({ table: name, columns }, index) => ({
      ...name,
      oid: states[index]?.oid ?? null,
      columns: columns.map((wanted) => {
        const known = [...(states[index]?.columns ?? []), ...listColumns(previous, name)]
        return known.find((column) => column.name === wanted) ?? { name: wanted, number: 0, type: '' }
      }),
    })),
  }
}

const listColumns = (expected: ExpectedCapture | undefined, { schema, name }: TableName) =>
  expected?.tables.find((known) => known.schema === schema && known.name === name)?.columns ?? []

/** Finds functions of ours without their triggers: an installation was interrupted before it created them. */
function findDetached(
  record: RecordName,
  functions: CaptureState['functions'],
  present: ExpectedCapture['triggers'],
): ExpectedCapture['triggers'] {
  return OPERATIONS.flatMap((operation) => {
    const name = functionName(record, operation)
    const isDetached =
      functions.some((found) => found.name === name) && !present.some((trigger) => trigger.function === name)
    return isDetached ? [{ name: triggerName(operation), function: name, definition: ANY_DEFINITION }] : []
  })
}

/** Lists the columns that a capture reads, by table. Other columns may change freely. */
function listUsedColumns(
  record: RecordName,
  captured: TableName,
  map: TableMap | null,
): { table: TableName; columns: string[] }[] {
  if (map === null) return [{ table: captured, columns: Object.keys(RECORD_COLUMNS[record]) }]
  const mapped = Object.values(map.columns).flatMap((column) =>
    column === undefined ? [] : [typeof column === 'string' ? column : column.column],
  )
  const { organization } = map
  if (!('column' in organization)) return [{ table: captured, columns: unique([...mapped, ...map.also]) }]
  const columns = unique([...mapped, ...map.also, organization.column])
  const lookups = (organization.through ?? []).map((hop) => ({
    table: toTableName(hop.table),
    columns: unique([hop.key, hop.column]),
  }))
  return [{ table: captured, columns }, ...lookups]
}

const unique = (names: readonly string[]): string[] => [...new Set(names)]

/** Parses `schema.table`, as a map names it. */
function toTableName(text: string): TableName {
  const dot = text.indexOf('.')
  return { schema: text.slice(0, dot), name: text.slice(dot + 1) }
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
