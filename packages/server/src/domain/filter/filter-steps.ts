import { phrase } from '../messages/phrase.ts'
import { toInstant } from './instant.ts'

/** Steps of one filter for one event: a few milliseconds. */
export const MAX_FILTER_STEPS = 200_000
/** Nesting of lists in lists that a path enters. */
const MAX_LIST_DEPTH = 1_000

/** The filter takes more steps for this event than allowed. */
export class OverBudget extends Error {
  override readonly name = 'OverBudget'
}

/**
 * Counts the values that a filter reads, one step each, so that the same filter and event always take the same number of steps.
 */
export class Steps {
  readonly #most: number
  #taken = 0

  constructor(most = MAX_FILTER_STEPS) {
    this.#most = most
  }

  get taken(): number {
    return this.#taken
  }

  take(): void {
    this.#taken += 1
    if (this.#taken > this.#most) throw new OverBudget(phrase('filter.steps', { count: this.#most }))
  }
}

type Test = (value: unknown, isPresent: boolean) => boolean

const INDEX = /^(?:0|[1-9]\d{0,8})$/

/**
 * Returns whether a value at the path passes the test. The path enters objects by their own keys, and lists by a number or into every
 * element. A list at its end stands for itself and, if asked for, for each of its elements. A path that leads nowhere yields undefined.
 */
export function someAt(
  value: unknown,
  path: readonly string[],
  steps: Steps,
  test: Test,
  { isExpanded = true } = {},
): boolean {
  return walk({ path, steps, test, isExpanded }, value, 0, 0)
}

interface Walk {
  path: readonly string[]
  steps: Steps
  test: Test
  isExpanded: boolean
}

/** @param from the index in the path */
function walk(walking: Walk, value: unknown, from: number, depth: number): boolean {
  const { path, steps, test } = walking
  steps.take()
  if (depth > MAX_LIST_DEPTH) throw new OverBudget(phrase('filter.deepLists', { count: MAX_LIST_DEPTH }))
  if (Array.isArray(value)) return walkList(walking, value, from, depth)
  const key = path[from]
  if (key === undefined) return test(value, true)
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return test(undefined, false)
  return walk(walking, (value as Record<string, unknown>)[key], from + 1, depth + 1)
}

function walkList(walking: Walk, list: readonly unknown[], from: number, depth: number): boolean {
  const { path, test, isExpanded } = walking
  const key = path[from]
  if (key !== undefined && INDEX.test(key)) {
    const isThere = Number(key) < list.length
    return isThere ? walk(walking, list[Number(key)], from + 1, depth + 1) : test(undefined, false)
  }
  if (key !== undefined || isExpanded)
    for (const element of list) if (walk(walking, element, from, depth + 1)) return true
  return key === undefined && test(list, true)
}

function isSameInstant(one: string, other: string): boolean {
  const instant = toInstant(one)
  return instant !== undefined && instant === toInstant(other)
}

/** Returns whether two JSON values are equal; a missing value equals null. */
export function isEqual(value: unknown, operand: unknown, steps: Steps): boolean {
  steps.take()
  if (value === operand || (value ?? null) === operand) return true
  if (typeof value === 'string' && typeof operand === 'string') return isSameInstant(value, operand)
  if (typeof value !== 'object' || typeof operand !== 'object' || value === null || operand === null)
    return false
  if (Array.isArray(value) !== Array.isArray(operand)) return false
  const keys = Object.keys(operand)
  return (
    Object.keys(value).length === keys.length &&
    keys.every(
      (key) =>
        Object.hasOwn(value, key) &&
        isEqual((value as Record<string, unknown>)[key], (operand as Record<string, unknown>)[key], steps),
    )
  )
}
