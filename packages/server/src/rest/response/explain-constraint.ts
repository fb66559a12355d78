import type { Said } from '../../domain/messages/phrase.ts'
import { ofField, phrase } from '../../domain/messages/phrase.ts'
import type { DatabaseError } from '../../database/database.ts'
import { ApiError } from '../../domain/errors.ts'
import type { Rows } from '../request/body.ts'
import type { JsonObject } from '../request/json.ts'
import { inRow } from '../request/row-place.ts'
import type { TableRequest } from '../request/table-request.ts'
import type { Constraint } from '../schema-cache/constraints.ts'
import { describeCheck } from './describe-check.ts'
import { buildFindRow } from './find-row.ts'
import type { AskAsCaller } from './find-row.ts'
import { needOf } from './value-needs.ts'

interface Refusal {
  status: number
  /** Follows the fields. */
  problem: Said
  hint: Said
}

/** Says which fields broke a constraint, in which row, without the constraint's name and the row's other values. */
export async function explainConstraint(
  error: DatabaseError,
  request: TableRequest,
  { rows, text: given }: Rows,
  ask: AskAsCaller,
): Promise<ApiError> {
  const { relation } = request.scope
  if (error.code === '23502' && error.column !== undefined && error.table === relation.name)
    return explainMissing(error.column, request, rows)
  const constraint = relation.constraints.find(({ name }) => name === error.constraint)
  if (constraint === undefined || !isShown(constraint, request)) return explainUnknown(error, request)
  const { status, problem, hint } = refusalOf(constraint, error.code, request)
  const fields = constraint.columns.filter((name) => rows.length === 0 || isNamed(name, constraint, rows))
  const named = (fields.length > 0 ? fields : constraint.columns).join(', ')
  const row = rows.length > 1 ? await findRow(constraint, request, given, ask) : undefined
  const text = ofField(named, problem)
  return ApiError.of(status, error.code, row === undefined ? text : inRow(row, rows.length, text), {
    details: named,
    hint,
  })
}

/** Of a key within an organization, the caller is told the part that is not the organization. */
const isNamed = (name: string, { columns }: Constraint, rows: readonly JsonObject[]): boolean =>
  (name !== 'organization_id' || columns.length === 1) && rows.some((row) => Object.hasOwn(row, name))

const isShown = ({ columns }: Constraint, { scope: { relation, role } }: TableRequest): boolean =>
  columns.every((name) => relation.columns.get(name)?.privileges[role].select === true)

function explainMissing(
  name: string,
  { scope: { relation, role } }: TableRequest,
  rows: readonly JsonObject[],
): ApiError {
  const column = relation.columns.get(name)
  if (column?.privileges[role].select !== true) {
    return ApiError.of(400, '23502', phrase('row.required', { table: relation.name }), {
      hint: phrase('hint.requiredColumns'),
    })
  }
  const index = rows.findIndex((row) => (row[name] ?? null) === null)
  const isGiven = index !== -1 && Object.hasOwn(rows[index]!, name)
  const notNull = phrase('row.nullRequired')
  const text = ofField(name, isGiven ? notNull : phrase('field.missing', { problem: notNull }))
  const need = needOf(column.baseType) ?? phrase('need.text')
  const fix = column.default === null || !isGiven ? 'hint.set' : 'hint.setOrOmit'
  return ApiError.of(400, '23502', index === -1 ? text : inRow(index, rows.length, text), {
    details: name,
    hint: phrase(fix, { field: name, need }),
  })
}

function refusalOf(
  { kind, columns, definition, target }: Constraint,
  code: string,
  { scope: { relation }, catalog }: TableRequest,
): Refusal {
  const isOne = columns.length === 1
  if (kind === 'unique') {
    return {
      status: 409,
      problem: phrase(isOne ? 'row.duplicate' : 'row.duplicates', { table: relation.name }),
      hint: phrase('hint.duplicate'),
    }
  }
  if (kind === 'foreign key') {
    const where = target !== null && catalog.relations.has(target) ? target : 'the table it refers to'
    return {
      status: 409,
      problem: phrase(isOne ? 'row.foreign' : 'row.foreigns', { table: where }),
      hint: phrase('hint.createFirst'),
    }
  }
  const rule = describeCheck(definition ?? '')
  return {
    status: 400,
    problem: rule ?? phrase('row.rule', { rule: definition ?? '' }),
    hint:
      rule === undefined ? phrase('hint.rule') : phrase('hint.correct', { fields: columns.join(', '), rule }),
  }
}

/** Rows that others refer to, or a constraint of a table that the caller did not name. */
function explainUnknown({ code }: DatabaseError, { scope: { relation } }: TableRequest): ApiError {
  if (code === '23503') {
    return ApiError.of(409, code, phrase('row.referred', { table: relation.name }), {
      hint: phrase('hint.referred'),
    })
  }
  if (code === '23505') {
    return ApiError.of(409, code, phrase('row.duplicateOther', { table: relation.name }), {
      hint: phrase('hint.duplicateOther'),
    })
  }
  return ApiError.of(400, code, phrase('row.broken', { table: relation.name }), {
    hint: phrase('hint.describes'),
  })
}

async function findRow(
  constraint: Constraint,
  { scope, catalog }: TableRequest,
  text: string,
  ask: AskAsCaller,
): Promise<number | undefined> {
  const query = buildFindRow(constraint, scope.relation, catalog, text)
  if (query === undefined) return undefined
  try {
    const found = await ask(
      async (connection) =>
        (await connection.query<{ row: number }>(query.text, query.params.values)).rows[0],
    )
    return found?.row
  } catch {
    // The refusal matters; where it happened is a help.
    return undefined
  }
}
