import { isEqual, someAt } from './filter-steps.ts'
import { toComparable, toInstant } from './instant.ts'
import type { Steps } from './filter-steps.ts'

/** Whether a value, or what a path leads to in it, is as asked for. */
export type Condition = (value: unknown, steps: Steps) => boolean

type Path = readonly string[]
type Comparable = number | string | boolean

/** One operator of a condition, such as `$gte` with 1000, for what the path leads to. */
function compileOperator(operator: string, operand: unknown, path: Path): Condition {
  switch (operator) {
    case '$eq':
      return equal(operand, path)
    case '$ne':
      return not(equal(operand, path))
    case '$in':
      return oneOf(operand as unknown[], path)
    case '$nin':
      return not(oneOf(operand as unknown[], path))
    case '$all':
      return allOf(operand as unknown[], path)
    case '$exists':
      return (value, steps) => someAt(value, path, steps, (_, isPresent) => isPresent) === operand
    case '$size':
      return (value, steps) =>
        someAt(value, path, steps, (each) => Array.isArray(each) && each.length === operand)
    case '$not':
      return not(compileCondition(operand, path))
    case '$elemMatch':
      return elementOf(operand as object, path)
    default:
      return compare(operator, operand, path)
  }
}

/** A value to be equal to, or an object of operators, all of which must hold. */
export function compileCondition(condition: unknown, path: Path): Condition {
  if (!isOperators(condition)) return equal(condition, path)
  return every(
    Object.entries(condition).map(([operator, operand]) => compileOperator(operator, operand, path)),
  )
}

function isOperators(condition: unknown): condition is Record<string, unknown> {
  if (typeof condition !== 'object' || condition === null || Array.isArray(condition)) return false
  return Object.keys(condition).some((key) => key.startsWith('$'))
}

export const every =
  (conditions: readonly Condition[]): Condition =>
  (value, steps) =>
    conditions.every((condition) => condition(value, steps))

export const some =
  (conditions: readonly Condition[]): Condition =>
  (value, steps) =>
    conditions.some((condition) => condition(value, steps))

export const not =
  (condition: Condition): Condition =>
  (value, steps) =>
    !condition(value, steps)

const equal =
  (operand: unknown, path: Path): Condition =>
  (value, steps) =>
    someAt(value, path, steps, (each) => isEqual(each, operand, steps))

/** Numbers with numbers, times with times, other text with text. */
function compare(operator: string, operand: unknown, path: Path): Condition {
  const isInclusive = operator.endsWith('e')
  if (operand === null) return isInclusive ? equal(null, path) : () => false
  const bound = operand as Comparable
  const isAbove = operator.startsWith('$gt')
  const isMet = (each: Comparable, other: Comparable): boolean =>
    (isAbove ? each > other : each < other) || (isInclusive && each === other)
  const boundInstant = typeof bound === 'string' ? toInstant(bound) : undefined
  const holds = (each: unknown): boolean => {
    if (typeof each !== typeof bound) return false
    const instant = boundInstant === undefined ? undefined : toInstant(each as string)
    return instant === undefined ? isMet(each as Comparable, bound) : isMet(instant, boundInstant!)
  }
  if (!['number', 'string', 'boolean'].includes(typeof operand)) return () => false
  return (value, steps) => someAt(value, path, steps, holds)
}

/** A look-up for each value, however many operands there are; only lists and objects are compared one by one. */
function oneOf(operands: readonly unknown[], path: Path): Condition {
  const { plain, nested } = sort(operands)
  return (value, steps) =>
    someAt(
      value,
      path,
      steps,
      (each) => plain.has(toComparable(each)) || nested.some((operand) => isEqual(each, operand, steps)),
    )
}

function allOf(operands: readonly unknown[], path: Path): Condition {
  const { plain, nested } = sort(operands)
  const most = plain.size + nested.length
  return (value, steps) => {
    const found = new Set<unknown>()
    return someAt(value, path, steps, (each) => {
      const key = toComparable(each)
      if (plain.has(key)) found.add(key)
      for (const operand of nested) if (isEqual(each, operand, steps)) found.add(operand)
      return found.size === most
    })
  }
}

function sort(operands: readonly unknown[]): { plain: ReadonlySet<unknown>; nested: readonly unknown[] } {
  const isNested = (operand: unknown): boolean => typeof operand === 'object' && operand !== null
  return {
    plain: new Set(operands.filter((operand) => !isNested(operand)).map(toComparable)),
    nested: operands.filter(isNested),
  }
}

/** One element that all of it holds for. */
function elementOf(query: object, path: Path): Condition {
  const isMatch = isOperators(query)
    ? compileCondition(query, [])
    : every(Object.entries(query).map(([name, condition]) => compileCondition(condition, name.split('.'))))
  return (value, steps) =>
    someAt(
      value,
      path,
      steps,
      (each) => Array.isArray(each) && each.some((element) => isMatch(element, steps)),
      { isExpanded: false },
    )
}
