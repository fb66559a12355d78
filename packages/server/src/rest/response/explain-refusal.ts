import { phrase, verbatim } from '../../domain/messages/phrase.ts'
import { isDatabaseError } from '../../database/database.ts'
import type { DatabaseError } from '../../database/database.ts'
import { ApiError } from '../../domain/errors.ts'
import type { JsonObject } from '../request/json.ts'
import { readRows } from '../request/read-rows.ts'
import { inRow } from '../request/row-place.ts'
import type { TableRequest } from '../request/table-request.ts'
import { explainConstraint } from './explain-constraint.ts'
import type { AskAsCaller } from './find-row.ts'
import { findInFilters, findInRows } from './find-value.ts'
import { statusOfState } from './status-of-state.ts'
import { needOf, typeInMessage } from './value-needs.ts'

const MAX_MESSAGE = 300

/**
 * The database says which value or constraint refused a statement, in its own words. This says which row and field of the
 * request that is, and what would be right; it names no constraint and no column that the caller does not see.
 */
export async function explainRefusal(
  thrown: unknown,
  request: TableRequest,
  method: string,
  ask: AskAsCaller,
): Promise<unknown> {
  if (thrown instanceof ApiError || !isDatabaseError(thrown)) return thrown
  const isWrite = method === 'POST' || method === 'PATCH' || method === 'PUT'
  const given = isWrite ? readRows(request.body, request.scope.relation) : { rows: [], text: '[]' }
  const { rows } = given
  if (thrown.code.startsWith('22')) return explainValue(thrown, request, rows)
  if (thrown.code.startsWith('23')) return await explainConstraint(thrown, request, given, ask)
  if (thrown.code === '42501') return explainForbidden(thrown, request, rows)
  return thrown.code.startsWith('42') ? explainFilter(thrown, request) : thrown
}

/** A value of the wrong type, or out of its range. */
function explainValue(error: DatabaseError, request: TableRequest, rows: readonly JsonObject[]): ApiError {
  const { relation, role } = request.scope
  const message = shorten(error.message)
  const found = findInRows(error, rows, relation)
  const column = found === undefined ? undefined : relation.columns.get(found.column)
  if (found !== undefined && column !== undefined && column.privileges[role].insert) {
    const need = needOf(column.baseType)
    return ApiError.of(
      400,
      error.code,
      inRow(found.row, rows.length, verbatim(`${found.column}: ${message}`)),
      {
        details: found.column,
        ...(need === undefined ? {} : { hint: phrase('hint.set', { field: found.column, need }) }),
      },
    )
  }
  return explainFilter(error, request)
}

/** What the database refuses in a query comes from a filter, as far as it is a value or an operator, or from a cast. */
function explainFilter(error: DatabaseError, { query, scope: { relation } }: TableRequest): ApiError {
  const { code } = error
  const message = shorten(error.message)
  const status = statusOfState(error)
  const field = findInFilters(error, query, relation)?.field.name
  const type = relation.columns.get(field ?? '')?.baseType ?? typeInMessage(message) ?? ''
  const need = needOf(type)
  if (field === undefined) {
    const fix = need === undefined ? 'Correct the value.' : `The value must be ${need}.`
    return ApiError.of(status, code, verbatim(message), { hint: verbatim(error.hint ?? fix) })
  }
  const hint =
    code === '42883' || code === '42704'
      ? `The filter on ${field} needs an operator that its type has, such as ${operatorsOf(type)}.`
      : code === '42601'
        ? `The filter on ${field} needs words with operators between them, or plfts, which takes plain words.`
        : need === undefined
          ? `Correct the filter on ${field}.`
          : `The filter on ${field} needs ${need}.`
  return ApiError.of(status, code, verbatim(message), { details: field, hint: verbatim(hint) })
}

const operatorsOf = (type: string): string => {
  if (type.endsWith('[]')) return 'cs, cd or ov'
  return type.startsWith('json') ? 'eq or cs' : 'eq, gt or in'
}

function explainForbidden(
  error: DatabaseError,
  { scope: { relation }, principal }: TableRequest,
  rows: readonly JsonObject[],
): ApiError | DatabaseError {
  if (!error.message.includes('row-level security')) return error
  const message = `new row violates row-level security policy for table "${relation.name}"`
  const own = principal.organizationId
  const index = rows.findIndex((row) => (row['organization_id'] ?? null) !== own)
  if (own === null || index === -1 || !relation.columns.has('organization_id'))
    return ApiError.of(403, '42501', verbatim(message), {
      hint: verbatim('The row is not one that this key may write.'),
    })
  return ApiError.of(403, '42501', verbatim(message), {
    details: inRow(index, rows.length, verbatim('organization_id')),
    hint: verbatim('organization_id must be the organization of the key or token.'),
  })
}

const shorten = (message: string): string =>
  message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE)}…` : message
