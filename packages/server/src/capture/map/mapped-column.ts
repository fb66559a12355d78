import { quoteLiteral } from '../../database/identifiers.ts'
import type { ColumnKind, RecordColumn } from '../../domain/event-types/records.ts'
import type { CapturedColumn } from '../captured-table.ts'
import { toComparable } from '../captured-table.ts'
import type { SourceSql } from './read-source.ts'

const LISTS = /^(text|character varying|character|citext|uuid|smallint|integer|bigint)\[\]$/
const NUMBERS = /^(smallint|integer|bigint|numeric|real|double precision)$/
/** Text that is a time without doubt; others become null instead of a fault. */
const TIME_PATTERN = `^\\d{4}-\\d{2}-\\d{2}([T ]\\d{2}:\\d{2}(:\\d{2}(\\.\\d+)?)?(Z|[+-]\\d{2}(:?\\d{2})?)?)?$`

const isJsonType = (type: string): boolean => type === 'jsonb' || type === 'json'

/** Converts SQL to the value in events; undefined: the type does not match. */
function convert(kind: ColumnKind, { type, value }: SourceSql, alias: string): string | undefined {
  const sql = value(alias)
  const isJson = isJsonType(type)
  // Never converts json to jsonb, which rejects escapes that json allows but text cannot represent.
  const json = (wanted: string): string => `case when ${type}_typeof(${sql}) = '${wanted}' then ${sql} end`
  switch (kind) {
    case 'id':
    case 'organization':
    case 'text':
      if (isJson) return scalarText(type, sql)
      return type.endsWith('[]') || type === 'bytea' ? undefined : `${sql}::text`
    case 'time':
      if (type === 'timestamp with time zone') return sql
      if (isJson) return timeOfText(scalarText(type, sql))
      // Times without a zone are read as UTC.
      return type === 'timestamp without time zone' || type === 'date'
        ? `(${sql}::timestamp at time zone 'UTC')`
        : undefined
    case 'date':
      if (isJson) return `${timeOfText(scalarText(type, sql))}::date`
      return type === 'date' || type.startsWith('timestamp') ? `${sql}::date` : undefined
    case 'number':
      return isJson ? numberOfJson(type, sql) : NUMBERS.test(type) ? sql : undefined
    case 'integer':
      if (isJson) return `round(${numberOfJson(type, sql)})`
      return NUMBERS.test(type) ? `round(${sql}::numeric)` : undefined
    case 'object':
      return isJson ? json('object') : undefined
    case 'objects':
      return isJson ? json('array') : undefined
    case 'texts':
      if (LISTS.test(type)) return `to_jsonb(${sql}::text[])`
      return isJson ? json('array') : undefined
    default:
      return kind satisfies never
  }
}

/** A JSON value as text: `"a"` as a, and what is no single value as null. */
const scalarText = (type: string, sql: string): string =>
  `case when ${type}_typeof(${sql}) in ('string', 'number', 'boolean') then ${sql} #>> '{}' end`

const numberOfJson = (type: string, sql: string): string =>
  `case when ${type}_typeof(${sql}) = 'number' then (${sql} #>> '{}')::numeric end`

const timeOfText = (text: string): string =>
  `case when ${text} ~ ${quoteLiteral(TIME_PATTERN)} then (${text})::timestamptz end`

const EMPTY: Readonly<Partial<Record<ColumnKind, string>>> = {
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

/** Undefined: what it is read from has a type that cannot be mapped to this column. */
export function mappedColumn(definition: RecordColumn, read: SourceSql): CapturedColumn | undefined {
  const { kind } = definition
  if (convert(kind, read, 'n') === undefined) return undefined
  const absent = absentValue(definition, read.type === 'json' ? 'json' : 'jsonb')
  const value = (alias: string): string => {
    const translated = translate(convert(kind, read, alias) ?? '', read)
    return absent === undefined ? translated : `coalesce(${translated}, ${absent})`
  }
  return captured(read, value, convertedType(kind, read.type))
}

function captured(read: SourceSql, value: CapturedColumn['value'], type: string): CapturedColumn {
  return {
    source: read.source,
    value,
    comparable: (alias) => toComparable(`(${value(alias)})`, type),
    ...(read.mayChange === undefined ? {} : { mayChange: read.mayChange }),
  }
}

/** Whether the map may translate values of this kind. */
export const isTranslatable = (kind: ColumnKind): boolean => kind === 'text' || kind === 'id'

function translate(converted: string, { values, default: other }: SourceSql): string {
  if (values === undefined && other === undefined) return converted
  const text = (value: string | null): string => (value === null ? 'null' : quoteLiteral(value))
  const cases = Object.entries(values ?? {}).map(
    ([theirs, ours]) => `when ${quoteLiteral(theirs)} then ${text(ours)}`,
  )
  if (cases.length === 0) return other === undefined ? converted : `coalesce(${converted}, ${text(other)})`
  return `case ${converted} ${cases.join(' ')} else ${other === undefined ? converted : text(other)} end`
}

/** The type of the converted value. */
function convertedType(kind: ColumnKind, type: string): string {
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

/** An additional field, passed on unchanged, or translated to text. */
export function plainColumn(read: SourceSql): CapturedColumn {
  if (read.values === undefined && read.default === undefined) return captured(read, read.value, read.type)
  const value = (alias: string): string => translate(`${read.value(alias)}::text`, read)
  return captured(read, value, 'text')
}

/** As plainColumn, with times that say their zone. */
export function dataColumn(read: SourceSql): CapturedColumn {
  if (read.type !== 'timestamp without time zone') return plainColumn(read)
  const zoned = (alias: string): string => `(${read.value(alias)} at time zone 'UTC')`
  return plainColumn({ ...read, type: 'timestamp with time zone', value: zoned })
}
