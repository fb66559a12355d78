import type { RecordColumn } from '../../domain/event-types/records.ts'
import type { CrmColumn, CrmTable } from '../crm-tables.ts'
import type { Source } from '../map/map-schema.ts'
import { mappedColumn } from '../map/mapped-column.ts'
import { findColumnsLike } from './column-names.ts'
import { countValues } from './samples.ts'
import type { SampleRow } from './samples.ts'
import { wordsOf } from './words.ts'

/** A proposal for one column of a record. */
export interface Proposal {
  source: Source
  /** The columns that it is read from. */
  columns: readonly string[]
  confidence: number
  reason: string
}

export const isMappable = (definition: RecordColumn, { name, type }: CrmColumn): boolean =>
  mappedColumn(definition, { source: name, type, value: () => name }) !== undefined

export const isText = ({ type, labels }: CrmColumn): boolean =>
  labels !== null || /^(text|character varying|character|citext)$/.test(type)
export const isWhole = ({ type }: CrmColumn): boolean => /^(smallint|integer|bigint)$/.test(type)
export const isJson = ({ type }: CrmColumn): boolean => /^jsonb?$/.test(type)
/** A column that says that it refers to something else. */
export const isIdLike = ({ name, type }: CrmColumn): boolean =>
  type === 'uuid' || /^(id|uuid|guid|fk)$/.test(wordsOf(name).at(-1) ?? '')

/** A column of the same meaning and a fitting type, as it is. */
export function proposePlain(
  field: string,
  definition: RecordColumn,
  table: CrmTable,
  isFree: (column: CrmColumn) => boolean,
): Proposal | undefined {
  const found = findColumnsLike(field, table).find(
    ({ column }) => isFree(column) && isMappable(definition, column) && isPlausible(definition, column),
  )
  return (
    found && {
      source: found.column.name,
      columns: [found.column.name],
      confidence: found.likeness,
      reason: found.likeness > 0.9 ? 'its name says so' : 'its name is like it',
    }
  )
}

/** Anything can be text: a number, a flag and a list are none, although they could be mapped. */
function isPlausible({ kind }: RecordColumn, column: CrmColumn): boolean {
  if (kind === 'text')
    return (isText(column) || column.type === 'uuid') && (column.type !== 'uuid' || isIdLike(column))
  return kind !== 'id' || !isJson(column)
}

/** What JSON values of a column look like. */
export interface JsonShape {
  kind: 'object' | 'list of objects' | 'list of texts' | 'text'
  keys: readonly string[]
}

export function jsonShape(rows: readonly SampleRow[] | undefined, column: string): JsonShape | undefined {
  for (const { value } of countValues(rows, column)) {
    const shape = shapeOf(parse(value))
    if (shape !== undefined) return shape
  }
  return undefined
}

function shapeOf(value: unknown): JsonShape | undefined {
  if (typeof value === 'string') return { kind: 'text', keys: [] }
  if (Array.isArray(value)) {
    const first: unknown = value[0]
    if (typeof first === 'string') return { kind: 'list of texts', keys: [] }
    return isObject(first) ? { kind: 'list of objects', keys: Object.keys(first) } : undefined
  }
  return isObject(value) && Object.keys(value).length > 0
    ? { kind: 'object', keys: Object.keys(value) }
    : undefined
}

/** All keys that objects of a column have. */
export function jsonKeys(rows: readonly SampleRow[] | undefined, column: string): string[] {
  const keys = countValues(rows, column).flatMap(({ value }) => {
    const parsed = parse(value)
    return isObject(parsed) ? Object.keys(parsed) : []
  })
  return [...new Set(keys)]
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Long values are cut, and are none then. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
