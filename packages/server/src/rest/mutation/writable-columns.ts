import { ofField, phrase, verbatim } from '../../domain/messages/phrase.ts'
import { ApiError } from '../../domain/errors.ts'
import type { Rows } from '../request/body.ts'
import { inRow } from '../request/row-place.ts'
import { forbid, listColumns } from '../schema-cache/schema-cache.ts'
import type { Scope } from '../query/scope.ts'
import type { Privilege, Relation } from '../schema-cache/schema.ts'
import type { JsonObject } from '../request/json.ts'
import { findNearest } from '../../database/nearest-name.ts'
import type { TableRequest } from '../request/table-request.ts'

/** The rows to store, and the union of their columns. */
export interface StoredRows extends Rows {
  names: readonly string[]
}

/**
 * Returns the rows of a body without the columns that `columns=` excludes. Refuses rows with columns that may not be
 * written.
 */
export function checkWritable(
  { scope, query, rules }: TableRequest,
  { rows, text }: Rows,
  privilege: Exclude<Privilege, 'select'>,
): StoredRows {
  const granted = listColumns(scope.relation, scope.role, privilege).map(({ name }) => name)
  if (granted.length === 0) throw forbid(scope.relation)
  const writable = rules.writable ?? granted
  const names = query.columns ?? listNames(rows)
  for (const name of names) if (!writable.includes(name)) throw refuseColumn(scope, name, writable, rows)
  // Rules check the values of their table themselves.
  if (rules.beforeInsert === undefined)
    for (const [index, row] of rows.entries()) requireFinite(scope.relation, row, index, rows.length)
  return { rows: query.columns === null ? rows : rows.map((row) => pick(row, names)), text, names }
}

const INFINITE = /^\s*[+-]?(?:nan|inf(?:inity)?)\s*$/i
const FINITE_TYPE = /^(?:numeric|real|double precision|float|date|timestamp)/

/** PostgreSQL has numbers and times that JSON, and so events, cannot express. */
function requireFinite(relation: Relation, row: JsonObject, index: number, count: number): void {
  for (const [name, value] of Object.entries(row)) {
    if (typeof value !== 'string' || !INFINITE.test(value)) continue
    const type = relation.columns.get(name)?.baseType ?? ''
    if (!FINITE_TYPE.test(type)) continue
    const code = /^(?:date|timestamp)/.test(type) ? 'row.date' : 'row.number'
    const problem = ofField(name, phrase(code, { value: value.trim() }))
    throw new ApiError(400, '22023', inRow(index, count, problem), { details: name })
  }
}

/** Rows that a rule stores in place of the body's. */
export function replaceRows(rows: readonly JsonObject[]): StoredRows {
  const text = JSON.stringify(rows)
  // Drops what JSON omits, such as the undefined value of an optional field.
  const kept = JSON.parse(text) as JsonObject[]
  return { rows: kept, text, names: listNames(kept) }
}

function listNames(rows: readonly JsonObject[]): string[] {
  return [...new Set(rows.flatMap((row) => Object.keys(row)))]
}

function pick(row: JsonObject, names: readonly string[]): JsonObject {
  const entries = Object.entries(row).filter(([name]) => names.includes(name))
  return Object.fromEntries(entries)
}

function refuseColumn(
  { relation, role }: Scope,
  name: string,
  writable: readonly string[],
  rows: readonly JsonObject[],
): ApiError {
  const index = rows.findIndex((row) => Object.hasOwn(row, name))
  const place = rows.length > 1 && index !== -1 ? { details: `row ${index}: ${name}` } : { details: name }
  // A column that cannot be read either does not exist for the caller.
  if (relation.columns.get(name)?.privileges[role].select === true) {
    return new ApiError(
      400,
      'PGRST204',
      verbatim(`The '${name}' column of '${relation.name}' cannot be written here`),
      {
        ...place,
        hint: verbatim(`Writable columns: ${writable.join(', ')}.`),
      },
    )
  }
  const nearest = findNearest(name, writable)
  const message = `Could not find the '${name}' column of '${relation.name}' in the schema cache`
  return new ApiError(400, 'PGRST204', verbatim(message), {
    ...place,
    hint: verbatim(
      nearest === undefined ? `Writable columns: ${writable.join(', ')}.` : `Perhaps you meant '${nearest}'.`,
    ),
  })
}
