import { ApiError } from '../../domain/errors.ts'
import { chooseMedia } from '../../rest/request/content-negotiation.ts'
import { parseSelect } from '../../rest/request/parse-select.ts'
import type { Field, SelectItem } from '../../rest/request/query-tree.ts'

type Row = Record<string, unknown>

/** Selects fields of a function's result: `a`, `alias:a`, `a->b->>0`. A result that is no object has no fields. */
export function selectFields(result: unknown, select: string | null): unknown {
  if (select === null || select.trim() === '') return result
  const items = parseSelect(select)
  const shape = (row: unknown): unknown => (isRow(row) ? selectFrom(row, items) : row)
  return Array.isArray(result) ? result.map(shape) : shape(result)
}

const isRow = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function selectFrom(row: Row, items: readonly SelectItem[]): Row {
  const selected: Row = {}
  for (const item of items) {
    if (item.kind === 'star') Object.assign(selected, row)
    else if (item.kind === 'column' && item.cast === null)
      selected[item.alias ?? item.field.name] = readField(row, item.field)
    else
      throw new ApiError(400, 'PGRST127', 'Results of functions have fields only', {
        hint: 'Select fields by name, with an alias or a path into JSON. Casts, aggregates and embedding are for tables.',
      })
  }
  return selected
}

function readField(row: Row, { name, path }: Field): unknown {
  if (!Object.hasOwn(row, name)) throw new ApiError(400, '42703', `the result has no field ${name}`)
  let value = row[name]
  for (const { arrow, key } of path) {
    value = readStep(value, key)
    if (arrow === '->>') value = value === null || value === undefined ? null : toText(value)
  }
  return value ?? null
}

function readStep(value: unknown, key: string | number): unknown {
  if (Array.isArray(value)) return typeof key === 'number' ? value.at(key) : undefined
  if (!isRow(value)) return undefined
  const name = String(key)
  return Object.hasOwn(value, name) ? value[name] : undefined
}

const toText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

export interface Written {
  contentType: string
  body: string
}

/** Writes a result in the format that the caller accepts. @throws ApiError 406 */
export function writeResult(result: unknown, accept: string): Written {
  const media = chooseMedia(accept)
  if (media.format === 'csv') return { contentType: media.contentType, body: writeCsv(result) }
  const rows = Array.isArray(result) ? result : [result]
  if (media.format === 'object' && rows.length !== 1) {
    throw new ApiError(406, 'PGRST116', 'Cannot coerce the result to a single JSON object', {
      details: `The result contains ${rows.length} rows`,
    })
  }
  const written = media.format === 'object' ? rows[0] : result
  return {
    contentType: media.contentType,
    body: JSON.stringify(media.stripsNulls ? stripNulls(written) : written),
  }
}

function stripNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stripNulls)
  if (!isRow(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null)
      .map(([name, member]) => [name, stripNulls(member)]),
  )
}

/** One line for each row; a field that is an object or a list is written as JSON. */
function writeCsv(result: unknown): string {
  const all: unknown[] = Array.isArray(result) ? result : [result]
  const rows = all.map((row): Row => (isRow(row) ? row : { value: row }))
  const names = Object.keys(rows[0] ?? {})
  const lines = [names, ...rows.map((row) => names.map((name) => row[name]))]
  return lines.map((line) => line.map(writeCsvField).join(',')).join('\n')
}

function writeCsvField(value: unknown): string {
  const text = value === null || value === undefined ? '' : toText(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
