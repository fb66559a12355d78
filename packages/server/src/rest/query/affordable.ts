import { verbatim } from '../../domain/messages/phrase.ts'
import { ApiError } from '../../domain/errors.ts'
import type { Principal } from '../../domain/principal.ts'
import type { Condition, Filter, Operation, QueryTree, Scoped, SelectItem } from '../request/query-tree.ts'
import { requireSafePattern } from './safe-pattern.ts'

/**
 * Limits on the cost per row, for callers of an organization. The embedded database has one thread for everyone and
 * cannot cancel a statement; a server has few connections. The number of rows is bounded by time instead.
 */
const MAX_CONDITIONS = 200
/** Each may search a text of a megabyte. */
const MAX_TEXT_CONDITIONS = 10
/** Each reads the whole JSON value. Counts filters, order and selected fields together. */
const MAX_JSON_STEPS = 100
const MAX_ORDER_TERMS = 20
/** Matching takes pattern length × text length. */
const MAX_LIKE_LENGTH = 256
const MAX_SEARCH_LENGTH = 1_000
/** `cs` and `cd` search all elements of the stored list for each of these. */
const MAX_CONTAINED_ELEMENTS = 100

interface Cost {
  conditions: number
  textConditions: number
  jsonSteps: number
  orderTerms: number
}

/** @throws ApiError 400 that names the exceeded limit */
export function requireAffordable(query: QueryTree, { organizationId }: Principal): void {
  if (organizationId === null) return
  const cost: Cost = { conditions: 0, textConditions: 0, jsonSteps: 0, orderTerms: 0 }
  for (const item of query.select) addSelected(cost, item)
  for (const scoped of [query.root, ...query.embedded]) addScoped(cost, scoped)
  requireAtMost(MAX_CONDITIONS, cost.conditions, 'conditions', 'Compare with several values by in.(…).')
  requireAtMost(MAX_TEXT_CONDITIONS, cost.textConditions, 'conditions that look through texts', REQUEST_LESS)
  requireAtMost(MAX_JSON_STEPS, cost.jsonSteps, 'steps into JSON values', 'Select the column as a whole.')
  requireAtMost(MAX_ORDER_TERMS, cost.orderTerms, 'columns to order by', REQUEST_LESS)
}

const REQUEST_LESS = 'Request less at once.'

function requireAtMost(limit: number, count: number, what: string, hint: string): void {
  if (count <= limit) return
  throw new ApiError(
    400,
    '54001',
    verbatim(`the request has ${count} ${what}, at most ${limit} are allowed`),
    { hint: verbatim(hint) },
  )
}

function addSelected(cost: Cost, item: SelectItem): void {
  if (item.kind === 'column' || item.kind === 'aggregate') cost.jsonSteps += item.field?.path.length ?? 0
  if (item.kind === 'embed') for (const inner of item.select) addSelected(cost, inner)
}

function addScoped(cost: Cost, { conditions, order }: Scoped): void {
  for (const condition of conditions) addCondition(cost, condition)
  cost.orderTerms += order.length
  for (const { field } of order) cost.jsonSteps += field.path.length
}

function addCondition(cost: Cost, condition: Condition): void {
  if (condition.kind === 'logic') {
    for (const inner of condition.conditions) addCondition(cost, inner)
    return
  }
  cost.conditions += 1
  cost.jsonSteps += condition.field.path.length
  if (looksThroughText(condition.operation)) cost.textConditions += 1
  requireBoundedOperand(condition)
}

function looksThroughText(operation: Operation): boolean {
  if (operation.kind === 'search') return true
  return operation.kind === 'compare' && /^(?:i?like|i?match|cs|cd)$/.test(operation.operator)
}

function requireBoundedOperand({ operation }: Filter): void {
  if (operation.kind === 'search') requireLength(operation.operator, operation.value, MAX_SEARCH_LENGTH)
  if (operation.kind !== 'compare') return
  const { operator, quantifier, value } = operation
  if (operator === 'like' || operator === 'ilike') requireLength(operator, value, MAX_LIKE_LENGTH)
  if (operator === 'cs' || operator === 'cd') requireFewElements(operator, value)
  if (operator !== 'match' && operator !== 'imatch') return
  if (quantifier !== null) throw refuseQuantified(operator, quantifier)
  requireSafePattern(value)
}

function requireLength(operator: string, value: string, limit: number): void {
  if (value.length <= limit) return
  throw new ApiError(400, '54001', verbatim(`${operator}: the value has ${value.length} characters`), {
    hint: verbatim(`With an organization's key it has at most ${limit}.`),
  })
}

function requireFewElements(operator: string, value: string): void {
  const count = value.split(/[,:[{]/).length
  if (count <= MAX_CONTAINED_ELEMENTS) return
  throw new ApiError(
    400,
    '54001',
    verbatim(`${operator}: the value has more than ${MAX_CONTAINED_ELEMENTS} elements`),
    {
      hint: verbatim(`With an organization's key it has at most ${MAX_CONTAINED_ELEMENTS}.`),
    },
  )
}

function refuseQuantified(operator: string, quantifier: string): ApiError {
  return new ApiError(
    400,
    '54001',
    verbatim(`${operator}(${quantifier}): is not available to keys of organizations`),
    {
      hint: verbatim(`Use one condition for each pattern, as in or=(name.${operator}.a,name.${operator}.b).`),
    },
  )
}
