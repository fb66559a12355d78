import type { EventType, Narrowed } from './event-types.ts'
import type { ColumnKind, RecordColumn } from './records.ts'
import { RECORD_COLUMNS } from './records.ts'

export type JsonSchema = Readonly<Record<string, unknown>>

const DIALECT = 'https://json-schema.org/draft/2020-12/schema'

const KINDS: Readonly<Record<ColumnKind, JsonSchema>> = {
  // A UUID in the reference CRM; other CRMs have their own kind of id, as text.
  id: { type: 'string', minLength: 1 },
  organization: { type: 'string', format: 'uuid' },
  text: { type: 'string' },
  time: { type: 'string', format: 'date-time' },
  date: { type: 'string', format: 'date' },
  number: { type: 'number' },
  integer: { type: 'integer' },
  object: { type: 'object' },
  objects: { type: 'array', items: { type: 'object' } },
  texts: { type: 'array', items: { type: 'string' } },
}

/** Returns the JSON Schema (2020-12) of an event's `data`. Additional columns are allowed: a CRM may have more. */
export function schemaOf({ name, description, record, narrows }: EventType): JsonSchema {
  const columns = Object.entries(RECORD_COLUMNS[record])
  return {
    $schema: DIALECT,
    title: name,
    description,
    type: 'object',
    properties: Object.fromEntries(
      columns.map(([column, definition]) => [column, describe(definition, narrows[column])]),
    ),
    required: columns.map(([column]) => column),
    additionalProperties: true,
  }
}

/** Returns the JSON Schema of `previous`: some columns with their former values; undefined for a type without it. */
export function previousSchemaOf(type: EventType): JsonSchema | undefined {
  if (type.previous === undefined) return undefined
  return {
    ...schemaOf({ ...type, narrows: {} }),
    title: `previous of ${type.name}`,
    required: type.changes,
    minProperties: 1,
  }
}

function describe({ kind, isNullable, values, description }: RecordColumn, narrowed?: Narrowed): JsonSchema {
  const said = description === undefined ? {} : { description }
  if (typeof narrowed === 'object') return { const: narrowed.value, ...said }
  const schema = KINDS[kind]
  const isNull = isNullable && narrowed !== 'set'
  return {
    ...schema,
    ...(isNull ? { type: [schema['type'], 'null'] } : {}),
    ...(values === undefined ? {} : { enum: values }),
    ...said,
  }
}
