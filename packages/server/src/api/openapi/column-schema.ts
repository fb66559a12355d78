import type { Column } from '../../rest/schema-cache/schema.ts'

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

/** Describes a column's value in JSON. */
export function describeColumn({ baseType, isNullable, comment }: Column): JsonSchema {
  const schema = describeType(baseType)
  const description = (comment ?? '').replaceAll(/@\w+( \S+)?/g, '').trim()
  return {
    ...(isNullable && typeof schema['type'] === 'string'
      ? { ...schema, type: [schema['type'], 'null'] }
      : schema),
    ...(description === '' ? {} : { description }),
  }
}

function describeType(type: string): JsonSchema {
  const isArray = type.endsWith('[]')
  const name = (isArray ? type.slice(0, -2) : type).replace(/\(.*\)/, '')
  const schema = types[name] ?? {}
  return isArray ? { type: 'array', items: schema } : schema
}
