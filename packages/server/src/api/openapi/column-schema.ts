import type { Column } from '../../rest/schema-cache/schema.ts'
import { TABLE_FACTS } from './column-facts.ts'

export type JsonSchema = Record<string, unknown>

/** JSON Schemas of PostgreSQL's types; other types may have any value. */
const types: Readonly<Record<string, JsonSchema>> = {
  uuid: { type: 'string', format: 'uuid' },
  text: { type: 'string' },
  'character varying': { type: 'string' },
  boolean: { type: 'boolean' },
  smallint: { type: 'integer' },
  integer: { type: 'integer' },
  bigint: { type: 'integer', format: 'int64' },
  numeric: { type: 'number' },
  real: { type: 'number' },
  'double precision': { type: 'number' },
  date: { type: 'string', format: 'date' },
  'timestamp with time zone': { type: 'string', format: 'date-time' },
}

/** What a comment declares for the schema cache, and is no description. */
const DECLARATION = /@primary|@message|@references \S+(?: within \w+)?/g

/** Some values are read in another form than they are written. */
export type ColumnUse = 'read' | 'write'

/** Describes a column's value in JSON. */
export function describeColumn(
  table: string,
  { name, baseType, isNullable, comment }: Column,
  use: ColumnUse = 'read',
): JsonSchema {
  const { nullable, columns } = TABLE_FACTS[table] ?? {}
  const { values, schema: read, written = read } = columns?.[name] ?? {}
  const schema = (use === 'write' ? written : read) ?? describeType(baseType)
  const mayBeNull = nullable === undefined ? isNullable : nullable.includes(name)
  const description = (comment ?? '').replaceAll(DECLARATION, '').trim()
  return {
    ...schema,
    ...(mayBeNull && typeof schema['type'] === 'string' ? { type: [schema['type'], 'null'] } : {}),
    ...(values === undefined ? {} : { enum: mayBeNull ? [...values, null] : values }),
    ...(description === '' ? {} : { description }),
  }
}

function describeType(type: string): JsonSchema {
  const isArray = type.endsWith('[]')
  const name = (isArray ? type.slice(0, -2) : type).replace(/\(.*\)/, '')
  const schema = types[name] ?? {}
  return isArray ? { type: 'array', items: schema } : schema
}
