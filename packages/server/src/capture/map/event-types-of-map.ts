import { phrase } from '../../domain/messages/phrase.ts'
import { schemaOf } from '../../domain/event-types/event-schema.ts'
import { categoryOf } from '../../domain/event-types/event-types.ts'
import type { RecordName } from '../../domain/event-types/records.ts'
import { exampleOf } from '../../domain/event-types/records.ts'
import type { EventEntry } from './map-schema.ts'

/** A row of `webhook_event_types` that the map asks for. */
export interface MappedEventType {
  name: string
  category: string
  description: string
  schema: object
  example: object
}

export function deletedEventType(record: RecordName): MappedEventType {
  const name = `${record}.deleted`
  const description = phrase(`event.${record}.deleted`)
  const example = exampleOf(record)
  const schema = schemaOf({ name, category: record, description, record, narrows: {}, example, changes: [] })
  return { name, category: record, description, schema, example }
}

/** @param types the PostgreSQL type of each field of its data */
export function ownEventType(
  { type, description, table, on }: EventEntry,
  types: ReadonlyMap<string, string>,
): MappedEventType {
  const fields = Array.from(types, ([name, pgType]) => [name, jsonOf(pgType)] as const)
  return {
    name: type,
    category: categoryOf(type),
    description: description ?? `${on.join(' or ')} of ${table}`,
    schema: {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: type,
      type: 'object',
      properties: Object.fromEntries(fields.map(([name, { schema }]) => [name, schema])),
      required: fields.map(([name]) => name),
      additionalProperties: true,
    },
    example: Object.fromEntries(fields.map(([name, { example }]) => [name, example])),
  }
}

interface JsonForm {
  schema: object
  example: unknown
}

const AT = '2025-01-15T10:30:00+00:00'

const FORMS: readonly [pattern: RegExp, schema: Record<string, unknown>, example: unknown][] = [
  [/^(smallint|integer|bigint)$/, { type: 'integer' }, 42],
  [/^(numeric|real|double precision)$/, { type: 'number' }, 12.5],
  [/^boolean$/, { type: 'boolean' }, true],
  [/^uuid$/, { type: 'string', format: 'uuid' }, '0193f0a2-6c1b-7c3e-8f00-000000000001'],
  [/^timestamp/, { type: 'string', format: 'date-time' }, AT],
  [/^date$/, { type: 'string', format: 'date' }, '2025-01-31'],
  [/\[\]$/, { type: 'array' }, []],
]

/** Any column of a row may be null, whatever its table says now. */
function jsonOf(type: string): JsonForm {
  if (/^jsonb?$/.test(type)) return { schema: {}, example: {} }
  const [, schema, example] = FORMS.find(([pattern]) => pattern.test(type)) ?? [
    undefined,
    { type: 'string' },
    'text',
  ]
  return { schema: { ...schema, type: [schema['type'], 'null'] }, example }
}
