import type { Condition, Filter, QueryTree } from '../request/query-tree.ts'
import type { JsonObject, JsonValue } from '../request/json.ts'
import type { Relation } from '../schema-cache/schema.ts'
import { typeInMessage } from './value-needs.ts'

/** What the database says of a value that it does not accept. */
export interface RefusedValue {
  message: string
  hint?: string
}

export interface FoundValue {
  row: number
  column: string
}

const QUOTED = /"(.*)"/s
const TYPE_OF_OPERATOR = /^(?:function \w+\(|operator does not exist: )([a-z ]+?(?:\[\])?)(?:\)| [^\w ])/
const TYPE_OF_LIST = /array type for data type (.+)$/
const KEY_IN_HINT = /key "([^"]+)"/

/** Finds the value of the rows that the database means: its messages quote it, and name its type or its key. */
export function findInRows(
  { message, hint = '' }: RefusedValue,
  rows: readonly JsonObject[],
  { columns }: Relation,
): FoundValue | undefined {
  const type = typeInMessage(message)
  const key = KEY_IN_HINT.exec(hint)?.[1]
  const quoted = QUOTED.exec(message)?.[1]
  const isMeant = (column: string, value: JsonValue): boolean => {
    const { baseType = '', type: declared = '' } = columns.get(column) ?? {}
    if (value === null || baseType === '' || baseType === 'text') return false
    if (key !== undefined) return column === key && !Array.isArray(value)
    if (quoted === undefined) return overflows(value, declared) || (baseType === 'jsonb' && isInfinite(value))
    const isOfType = type === undefined || (type === '[]' ? baseType.endsWith('[]') : baseType === type)
    return isOfType && isSame(value, quoted)
  }
  for (const [row, fields] of rows.entries()) {
    const column = Object.keys(fields).find((name) => isMeant(name, fields[name]!))
    if (column !== undefined) return { row, column }
  }
  return undefined
}

/** `numeric field overflow` quotes no value: too large is one with more digits before the point than its column has. */
function overflows(value: JsonValue, declared: string): boolean {
  const [, precision, scale] = /^numeric\((\d+),(\d+)\)$/.exec(declared) ?? []
  if (precision === undefined || scale === undefined) return false
  return Math.abs(Number(value)) >= 10 ** (Number(precision) - Number(scale))
}

/** Numbers beyond JavaScript's range, which PostgreSQL refuses in jsonb as well. */
const isInfinite = (value: JsonValue): boolean =>
  typeof value === 'object' && value !== null
    ? Object.values(value).some(isInfinite)
    : typeof value === 'number' && !Number.isFinite(value)

function isSame(value: JsonValue, quoted: string): boolean {
  if (typeof value === 'string') return value === quoted || (quoted !== '' && value.includes(quoted))
  if (typeof value !== 'object') return String(value) === quoted || Number(quoted) === value
  return withoutBlanks(JSON.stringify(value)) === withoutBlanks(quoted)
}

const withoutBlanks = (text: string): string => text.replaceAll(/\s/g, '')

/** Finds the filter that the database means: by its value, or by the type of its column where it quotes no value. */
export function findInFilters(
  { message }: RefusedValue,
  query: QueryTree,
  { columns }: Relation,
): Filter | undefined {
  const filters = [query.root, ...query.embedded].flatMap(({ conditions }) => listFilters(conditions))
  const quoted = QUOTED.exec(message)?.[1]
  const type = (TYPE_OF_OPERATOR.exec(message) ?? TYPE_OF_LIST.exec(message))?.[1]
  const byType = (meant: string): Filter | undefined =>
    filters.find(({ field }) => isSameType(columns.get(field.name)?.baseType ?? '', meant))
  const byValue = (isValue: (value: string) => boolean): Filter | undefined =>
    filters.find(({ operation }) => valuesOf(operation).some(isValue))
  if (type !== undefined) return byType(type)
  if (quoted === undefined) return byType(typeInMessage(message) ?? '')
  if (message.startsWith('invalid byte sequence')) return byValue((value) => value.includes('\0'))
  return byValue((value) => value === quoted) ?? byValue((value) => value.includes(quoted))
}

/** Columns of type json are compared as jsonb, which says json when it cannot be read. */
const isSameType = (one: string, other: string): boolean =>
  one === other || (/^jsonb?$/.test(one) && /^jsonb?$/.test(other))

function listFilters(conditions: readonly Condition[]): Filter[] {
  return conditions.flatMap((condition) =>
    condition.kind === 'filter' ? [condition] : listFilters(condition.conditions),
  )
}

function valuesOf(operation: Filter['operation']): readonly string[] {
  if (operation.kind === 'in') return operation.values
  if (operation.kind === 'is') return []
  return [operation.kind === 'day' ? operation.date : operation.value]
}
