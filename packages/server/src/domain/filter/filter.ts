import type { Said } from '../messages/phrase.ts'
import { ofField, phrase } from '../messages/phrase.ts'
import type { Condition } from './filter-operators.ts'
import { compileCondition, every, not, some } from './filter-operators.ts'
import { Steps } from './filter-steps.ts'

/** The input of a filter: the request body without its timestamp. */
export interface FilterSubject {
  event: string
  data: unknown
  previous?: unknown
}

/**
 * Returns whether the event passes.
 * @param steps counts the work
 * @throws OverBudget when the filter takes too many steps
 */
export type Filter = (subject: FilterSubject, steps?: Steps) => boolean

/** A filter that cannot be compiled. */
export class FilterError extends Error {
  override readonly name = 'FilterError'
  /** From `filter` on, such as `filter.data.stage`. */
  readonly place: string
  readonly problem: Said

  constructor(place: string, problem: Said) {
    super(ofField(place, problem))
    this.place = place
    this.problem = problem
  }
}

const COMBINING = new Set(['$and', '$or', '$nor'])
/** Excludes `$where`, which runs code, and `$regex`, whose patterns can take unbounded time. */
const COMPARING = new Set('$eq $ne $gt $gte $lt $lte $in $nin $exists $all $size $not $elemMatch'.split(' '))
const LISTS = new Set(['$in', '$nin', '$all'])

const MAX_DEPTH = 12
const MAX_LENGTH = 16 * 1024
/** Values in all lists of a new filter. */
const MAX_OPERANDS = 1_000
/** Nesting of a value that is compared for equality. */
const MAX_VALUE_DEPTH = 50

/**
 * Compiles a filter: a MongoDB query over `event`, `data` and `previous`.
 * @throws FilterError that says where the filter is wrong and what would be right
 * @example compileFilter({ 'data.stage': 'Won', 'data.value': { $gte: 1000 } })
 */
export function compileFilter(query: unknown): Filter {
  if (JSON.stringify(query).length > MAX_LENGTH) throw new FilterError('filter', phrase('filter.long'))
  checkQuery(query, 'filter', 0)
  const matches = compileQuery(query as object)
  return (subject, steps = new Steps()) => matches(subject, steps)
}

/** Compiles a filter that is about to be stored or tried out; its limits are tighter than those of stored filters. */
export function compileNewFilter(query: unknown): Filter {
  const filter = compileFilter(query)
  requireExactNumbers(query, 'filter')
  const count = countOperands(query)
  if (count > MAX_OPERANDS) {
    throw new FilterError('filter', phrase('filter.values', { count, most: MAX_OPERANDS }))
  }
  return filter
}

/** A number that JSON cannot carry exactly would match its neighbours. @throws FilterError */
function requireExactNumbers(query: unknown, place: string): void {
  // A number beyond the range of JavaScript's is read as infinite, and would be stored as null.
  if (typeof query === 'number' && Math.abs(query) > Number.MAX_SAFE_INTEGER) {
    throw new FilterError(place, phrase('filter.exact'))
  }
  if (typeof query !== 'object' || query === null) return
  for (const [key, part] of Object.entries(query))
    requireExactNumbers(part, place === 'filter' ? `filter.${key}` : place)
}

/** For checked values, which are not nested deeply. */
function countOperands(query: unknown): number {
  if (typeof query !== 'object' || query === null) return 1
  return Object.values(query).reduce<number>((sum, part) => sum + countOperands(part), 0)
}

const COMBINED: Readonly<Record<string, (parts: Condition[]) => Condition>> = {
  $and: every,
  $or: some,
  $nor: (parts) => not(some(parts)),
}

function compileQuery(query: object): Condition {
  return every(
    Object.entries(query).map(([key, value]) => {
      const combine = COMBINED[key]
      if (combine === undefined) return compileCondition(value, key.split('.'))
      return combine((value as object[]).map(compileQuery))
    }),
  )
}

function checkQuery(query: unknown, at: string, depth: number): void {
  if (depth > MAX_DEPTH) throw new FilterError(at, phrase('field.deep', { count: MAX_DEPTH }))
  for (const [key, value] of Object.entries(requireObject(query, at))) {
    const here = `${at}.${key}`
    if (COMBINING.has(key))
      checkList(value, here).forEach((part, index) => checkQuery(part, `${here}[${index}]`, depth + 1))
    else if (key.startsWith('$')) throw new FilterError(at, unknownOperator(key, [...COMBINING]))
    else if (!/^(event$|data(\.|$)|previous(\.|$))/.test(key)) {
      throw new FilterError(here, phrase('filter.field', { name: key }))
    } else checkCondition(value, here, depth + 1)
  }
}

/** A value to compare for equality, or an object of operators. */
function checkCondition(condition: unknown, at: string, depth: number): void {
  if (typeof condition !== 'object' || condition === null || Array.isArray(condition)) {
    return checkValue(condition, at)
  }
  if (depth > MAX_DEPTH) throw new FilterError(at, phrase('field.deep', { count: MAX_DEPTH }))
  const keys = Object.keys(condition)
  if (!keys.some((key) => key.startsWith('$'))) return checkValue(condition, at)
  for (const [key, value] of Object.entries(condition)) {
    if (!COMPARING.has(key)) throw new FilterError(at, unknownOperator(key, [...COMPARING]))
    checkOperand(key, value, `${at}.${key}`, depth)
  }
}

function checkOperand(operator: string, operand: unknown, at: string, depth: number): void {
  if (LISTS.has(operator)) checkList(operand, at).forEach((value) => checkValue(value, at))
  if (operator === '$eq' || operator === '$ne') checkValue(operand, at)
  if (operator === '$exists' && typeof operand !== 'boolean')
    throw new FilterError(at, phrase('field.boolean'))
  if (operator === '$size' && !Number.isInteger(operand))
    throw new FilterError(at, phrase('field.wholeNumber'))
  if (operator === '$not') checkCondition(requireObject(operand, at), at, depth + 1)
  if (operator === '$elemMatch') checkElement(requireObject(operand, at), at, depth + 1)
}

/** A literal value: an operator in it would be taken for a name. */
function checkValue(value: unknown, at: string, depth = 0): void {
  if (depth > MAX_VALUE_DEPTH) throw new FilterError(at, phrase('field.deep', { count: MAX_VALUE_DEPTH }))
  if (typeof value !== 'object' || value === null) return
  for (const [key, inner] of Object.entries(value)) {
    if (key.startsWith('$')) throw new FilterError(at, unknownOperator(key, []))
    checkValue(inner, at, depth + 1)
  }
}

/** Fields of a list's elements have their own names. */
function checkElement(element: object, at: string, depth: number): void {
  const entries = Object.entries(element)
  if (entries.every(([key]) => key.startsWith('$'))) return checkCondition(element, at, depth)
  for (const [key, value] of entries) {
    if (key.startsWith('$')) throw new FilterError(at, unknownOperator(key, []))
    checkCondition(value, `${at}.${key}`, depth)
  }
}

function requireObject(value: unknown, at: string): object {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw new FilterError(at, phrase('filter.object'))
}

function checkList(value: unknown, at: string): unknown[] {
  if (Array.isArray(value) && value.length > 0) return value
  throw new FilterError(at, phrase('filter.list'))
}

function unknownOperator(key: string, known: readonly string[]): Said {
  const name = key.slice(0, 50)
  return known.length === 0
    ? phrase('filter.noOperator', { name })
    : phrase('filter.operator', { name, names: known.join(', ') })
}
