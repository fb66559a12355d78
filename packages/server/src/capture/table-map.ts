import { z } from 'zod'
import type { RecordName } from '../domain/event-types/records.ts'
import { RECORD_COLUMNS, RECORD_NAMES } from '../domain/event-types/records.ts'
import { StartError } from '../domain/errors.ts'

/** Names of tables and columns: letters of any script, digits and common punctuation; no line breaks. */
const NAME = /^[\p{L}\p{N}_$ -]{1,63}$/u
const TABLE = /^[\p{L}\p{N}_$ -]{1,63}\.[\p{L}\p{N}_$ -]{1,63}$/u

const sqlName = z.string('must be a name').regex(NAME, 'must be a name of at most 63 characters')

const tableName = z
  .string('must be a table, such as "public.contacts"')
  .regex(TABLE, 'must be a schema and a table, such as "public.contacts"')

const hop = z.strictObject({ table: tableName, key: sqlName, column: sqlName })

const organization = z.union(
  [
    z.strictObject({ column: sqlName, through: z.array(hop).max(4).optional() }),
    z.strictObject({ value: z.guid() }),
  ],
  'must be {"column": …}, {"column": …, "through": [{"table": …, "key": …, "column": …}]} or {"value": "<uuid>"}',
)

const column = z.union(
  [sqlName, z.strictObject({ column: sqlName, values: z.record(z.string(), z.string()) })],
  'must be a column, or {"column": …, "values": {"<theirs>": "<ours>"}}',
)

const mapSchemaFor = (record: RecordName) => {
  const { organization_id: _, ...columns } = RECORD_COLUMNS[record]
  return z.strictObject({
    table: tableName,
    organization,
    columns: z.strictObject(
      Object.fromEntries(Object.keys(columns).map((name) => [name, column.optional()])),
    ),
    also: z.array(sqlName).default([]),
  })
}

const mapSchema = z
  .strictObject(Object.fromEntries(RECORD_NAMES.map((record) => [record, mapSchemaFor(record).optional()])))
  .refine(
    (map) => Object.keys(map).length > 0,
    'must have at least one of contact, deal, conversation, message, meeting',
  )

export type TableMap = z.infer<ReturnType<typeof mapSchemaFor>>
export type CrmMap = Partial<Record<RecordName, TableMap>>

/**
 * Parses a map.json.
 * @throws StartError that names every invalid place
 */
export function parseMap(text: string, file: string): CrmMap {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw new StartError(`${file} is not JSON: ${(error as Error).message}`)
  }
  const parsed = mapSchema.safeParse(json)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(
    ({ path, message }) => `${path.join('.') || 'the map'}: ${message}`,
  )
  throw new StartError(`${file}:\n${problems.map((problem) => `  ${problem}`).join('\n')}`)
}
