import { quoteIdentifier, quoteLiteral } from '../database/identifiers.ts'
import type { RecordColumn } from '../domain/event-types/records.ts'
import type { CapturedColumn } from './captured-table.ts'
import { toComparable } from './captured-table.ts'
import type { CrmColumn } from './crm-tables.ts'

const TEXT_LISTS = /^(text|character varying|character|citext)\[\]$/
const NUMBERS = /^(smallint|integer|bigint|numeric|real|double precision)$/

/** Converts the column's SQL to the value in events; undefined: the type does not match. */
function convert({ kind }: RecordColumn, type: string, column: string): string | undefined {
  const isJson = type === 'jsonb' || type === 'json'
  // Never converts json to jsonb, which rejects escapes that json allows but text cannot represent.
  const json = (wanted: string): string =>
    `case when ${type}_typeof(${column}) = '${wanted}' then ${column} end`
  switch (kind) {
    case 'id':
    case 'organization':
    case 'text':
      return type.endsWith('[]') || isJson || type === 'bytea' ? undefined : `${column}::text`
    case 'time':
      if (type === 'timestamp with time zone') return column
      // Times without a zone are read as UTC.
      return type === 'timestamp without time zone' || type === 'date'
        ? `(${column}::timestamp at time zone 'UTC')`
        : undefined
    case 'date':
      return type === 'date' || type.startsWith('timestamp') ? `${column}::date` : undefined
    case 'number':
      return NUMBERS.test(type) ? column : undefined
    case 'integer':
      return NUMBERS.test(type) ? `round(${column}::numeric)` : undefined
    case 'object':
      return isJson ? json('object') : undefined
    case 'objects':
      return isJson ? json('array') : undefined
    case 'texts':
      if (TEXT_LISTS.test(type)) return `to_jsonb(${column}::text[])`
      return isJson ? json('array') : undefined
    default:
      return kind satisfies never
  }
}

const EMPTY: Readonly<Partial<Record<RecordColumn['kind'], string>>> = {
  object: `'{}'`,
  objects: `'[]'`,
  texts: `'[]'`,
}

/** The value in events for a column that the CRM does not have. */
function absentValue(
  { kind, isNullable, absent }: RecordColumn,
  json: 'json' | 'jsonb' = 'jsonb',
): string | undefined {
  if (EMPTY[kind] !== undefined) return `${EMPTY[kind]}::${json}`
  return isNullable ? undefined : `${quoteLiteral(absent ?? '')}::text`
}

/** A column of events that the CRM does not have. */
export function absentColumn(definition: RecordColumn): CapturedColumn {
  const value = absentValue(definition) ?? 'null::text'
  return { source: undefined, value: () => value, comparable: undefined }
}

/** Undefined: a column of that type cannot be mapped to this one. */
export function mappedColumn(
  definition: RecordColumn,
  { name, type }: CrmColumn,
  values: Readonly<Record<string, string>> | undefined,
): CapturedColumn | undefined {
  if (convert(definition, type, '') === undefined) return undefined
  const absent = absentValue(definition, type === 'json' ? 'json' : 'jsonb')
  const value = (alias: string): string => {
    const converted = convert(definition, type, `${alias}.${quoteIdentifier(name)}`) ?? ''
    const translated = values === undefined ? converted : translate(converted, values)
    return absent === undefined ? translated : `coalesce(${translated}, ${absent})`
  }
  return {
    source: name,
    value,
    comparable: (alias) => toComparable(`(${value(alias)})`, convertedType(definition, type)),
  }
}

function translate(converted: string, values: Readonly<Record<string, string>>): string {
  const cases = Object.entries(values).map(
    ([theirs, ours]) => `when ${quoteLiteral(theirs)} then ${quoteLiteral(ours)}`,
  )
  return cases.length === 0 ? converted : `case ${converted} ${cases.join(' ')} else ${converted} end`
}

/** The type of the converted value. */
function convertedType({ kind }: RecordColumn, type: string): string {
  if (kind === 'object' || kind === 'objects' || kind === 'texts') return type === 'json' ? 'json' : 'jsonb'
  const types = {
    id: 'text',
    organization: 'text',
    text: 'text',
    time: 'timestamp with time zone',
    date: 'date',
  }
  return kind === 'number' || kind === 'integer' ? 'numeric' : types[kind]
}

/** An additional column of the CRM, passed on unchanged. */
export function plainColumn({ name, type }: CrmColumn): CapturedColumn {
  const value = (alias: string): string => `${alias}.${quoteIdentifier(name)}`
  return { source: name, value, comparable: (alias) => toComparable(value(alias), type) }
}
