import type { Said } from '../../domain/messages/phrase.ts'
import { phrase, ofField, verbatim } from '../../domain/messages/phrase.ts'
import { ApiError } from '../../domain/errors.ts'
import type { Column } from '../../rest/schema-cache/schema.ts'

export type Row = Readonly<Record<string, unknown>>
/** Tests whether a row passes. */
export type RowFilter = (row: Row) => boolean

type Comparable = string | number | boolean
type Compare = (one: Comparable, other: Comparable) => boolean

const COMPARISONS: Readonly<Record<string, Compare>> = {
  eq: (one, other) => one === other,
  neq: (one, other) => one !== other,
  lt: (one, other) => one < other,
  lte: (one, other) => one <= other,
  gt: (one, other) => one > other,
  gte: (one, other) => one >= other,
}

const MAX_VALUES = 100
const MAX_CONDITIONS = 10
const MAX_LENGTH = 8_000

/** Column, operator and value. A value runs to the next comma that is neither in quotes nor in the parentheses of a list. */
const CONDITION =
  /(?<column>[A-Za-z_]\w*)=(?<operator>(?:not\.)?[a-z]{1,20})\.(?<value>\((?:"(?:[^"\\]|\\.)*"|[^"()])*\)|"(?:[^"\\]|\\.)*"|(?:[^",(][^,]*)?)(?:,|$)/sy
const LIST_ITEM = /("(?:[^"\\]|\\.)*"|[^",]*)(?:,|$)/sy

/**
 * Parses the filter of a subscription: `column=operator.value`, and several of them, separated by commas, which must all
 * hold. Null passes no condition, as in SQL. '' passes all rows.
 * @throws ApiError 400
 */
export function parseFilter(text: string, table: string, columns: readonly Column[]): RowFilter {
  if (text.length > MAX_LENGTH) throw malformed(phrase('realtime.filterLong', { count: MAX_LENGTH }))
  const conditions: RowFilter[] = []
  for (let at = 0; at < text.length; at = CONDITION.lastIndex) {
    CONDITION.lastIndex = at
    const groups = CONDITION.exec(text)?.groups
    if (groups === undefined) throw malformed(phrase('realtime.filterAt', { position: at + 1 }))
    conditions.push(toCondition(groups as unknown as Condition, table, columns))
  }
  if (conditions.length > MAX_CONDITIONS)
    throw malformed(phrase('realtime.filterMany', { count: MAX_CONDITIONS }))
  return (row) => conditions.every((passes) => passes(row))
}

interface Condition {
  column: string
  operator: string
  value: string
}

function toCondition(
  { column: name, operator, value }: Condition,
  table: string,
  columns: readonly Column[],
): RowFilter {
  const column = columns.find((candidate) => candidate.name === name)
  if (column === undefined)
    throw new ApiError(400, '42703', verbatim(`column ${table}.${name} does not exist`))
  const toComparable = converterOf(column)
  const convert = (given: string): Comparable => {
    const converted = toComparable(given)
    if (converted !== undefined) return converted
    throw new ApiError(
      400,
      '22023',
      ofField(name, phrase('realtime.value', { value: given.slice(0, 100), type: column.type })),
      {
        details: name,
      },
    )
  }
  const read = (row: Row): Comparable | undefined => {
    const stored = row[name]
    // Columns that can be compared have no other values.
    const isValue = typeof stored === 'string' || typeof stored === 'number' || typeof stored === 'boolean'
    return isValue ? toComparable(String(stored)) : undefined
  }
  if (operator === 'in') {
    const wanted = new Set(parseList(value).map(convert))
    return (row) => {
      const stored = read(row)
      return stored !== undefined && wanted.has(stored)
    }
  }
  const compare = Object.hasOwn(COMPARISONS, operator) ? COMPARISONS[operator] : undefined
  if (compare === undefined) {
    throw malformed(phrase('realtime.operator', { name: operator.slice(0, 50) }))
  }
  const wanted = convert(unquote(value))
  return (row) => {
    const stored = read(row)
    return stored !== undefined && compare(stored, wanted)
  }
}

function parseList(text: string): string[] {
  if (!text.startsWith('(')) throw malformed(phrase('realtime.list'))
  const inner = text.slice(1, -1)
  const values: string[] = []
  for (let at = 0; at < inner.length; at = LIST_ITEM.lastIndex) {
    LIST_ITEM.lastIndex = at
    const item = LIST_ITEM.exec(inner)?.[1]
    if (item === undefined) throw malformed(phrase('realtime.listUnread'))
    values.push(unquote(item.trim()))
  }
  if (values.length > MAX_VALUES) throw malformed(phrase('realtime.listLong', { count: MAX_VALUES }))
  return values
}

const unquote = (text: string): string =>
  text.startsWith('"') ? text.slice(1, -1).replaceAll(/\\(.)/gs, '$1') : text

type Convert = (text: string) => Comparable | undefined

const asNumber: Convert = (text) => (/^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : undefined)
const asText: Convert = (text) => text

/** By base type. Columns of other types, such as JSON and arrays, cannot be compared. */
const CONVERTERS: Readonly<Record<string, Convert>> = {
  text: asText,
  'character varying': asText,
  date: (text) => (/^\d{4}-\d\d-\d\d$/.test(text) ? text : undefined),
  uuid: (text) => (/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text) ? text.toLowerCase() : undefined),
  boolean: (text) => ({ true: true, t: true, false: false, f: false })[text.toLowerCase()],
  smallint: asNumber,
  integer: asNumber,
  bigint: asNumber,
  numeric: asNumber,
  real: asNumber,
  'double precision': asNumber,
  'timestamp with time zone': toMicroseconds,
}

function converterOf({ name, type, baseType }: Column): Convert {
  const converter = Object.hasOwn(CONVERTERS, baseType) ? CONVERTERS[baseType] : undefined
  if (converter !== undefined) return converter
  throw malformed(phrase('realtime.columnType', { name, type }))
}

/** PostgreSQL has microseconds, Date only milliseconds. Without an offset, the time is in UTC. */
function toMicroseconds(text: string): number | undefined {
  const [, date, clock = 'T00:00:00', fraction = '', offset = 'Z'] =
    /^(\d{4}-\d\d-\d\d)(?:([T ]\d\d:\d\d(?::\d\d)?)(\.\d{1,6})?(Z|[+-]\d\d(?::?\d\d)?)?)?$/.exec(text) ?? []
  if (date === undefined) return undefined
  const zone = /^[+-]\d\d$/.test(offset) ? `${offset}:00` : offset
  const seconds = Date.parse(`${date}${clock.replace(' ', 'T')}${zone}`)
  return Number.isNaN(seconds) ? undefined : seconds * 1_000 + Math.round(Number(`0${fraction}`) * 1_000_000)
}

function malformed(message: Said): ApiError {
  return new ApiError(400, 'PGRST100', message, {
    hint: phrase('hint.changeFilters'),
  })
}
