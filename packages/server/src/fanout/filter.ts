import sift from 'sift'

/** What a filter looks at: the request's body without its timestamp. */
export interface FilterSubject {
  event: string
  data: unknown
  previous?: unknown
}

export type Filter = (subject: FilterSubject) => boolean

const COMBINING = new Set(['$and', '$or', '$nor'])
/** Without `$where`, which runs code, and `$regex`, which one pattern can keep busy for ever. */
const COMPARING = new Set('$eq $ne $gt $gte $lt $lte $in $nin $exists $all $size $not $elemMatch'.split(' '))
const LISTS = new Set(['$in', '$nin', '$all'])

const DEEPEST = 12
const LONGEST = 16 * 1024

/**
 * Reads a filter: a MongoDB query over `event`, `data` and `previous`.
 * @throws Error that says where the filter is wrong and what would be right
 * @example compileFilter({ 'data.stage': 'Won', 'data.value': { $gte: 1000 } })
 */
export function compileFilter(query: unknown): Filter {
  if (JSON.stringify(query).length > LONGEST) throw new Error('must not be longer than 16 KiB')
  checkQuery(query, 'filter', 0)
  const tester = sift.default(query as object)
  return (subject) => tester(subject)
}

function checkQuery(query: unknown, at: string, depth: number): void {
  if (depth > DEEPEST) throw new Error(`${at}: must not be nested deeper than ${DEEPEST} levels`)
  for (const [key, value] of Object.entries(requireObject(query, at))) {
    const here = `${at}.${key}`
    if (COMBINING.has(key))
      checkList(value, here).forEach((part, index) => checkQuery(part, `${here}[${index}]`, depth + 1))
    else if (key.startsWith('$')) throw new Error(`${at}: ${unknownOperator(key, [...COMBINING])}`)
    else if (!/^(event$|data(\.|$)|previous(\.|$))/.test(key)) {
      throw new Error(`${here}: fields begin with data. or previous., or are event; write "data.${key}"`)
    } else checkCondition(value, here, depth + 1)
  }
}

/** A value to be equal to, or an object of operators. */
function checkCondition(condition: unknown, at: string, depth: number): void {
  if (typeof condition !== 'object' || condition === null || Array.isArray(condition)) return
  if (depth > DEEPEST) throw new Error(`${at}: must not be nested deeper than ${DEEPEST} levels`)
  const keys = Object.keys(condition)
  if (!keys.some((key) => key.startsWith('$'))) return
  for (const [key, value] of Object.entries(condition)) {
    if (!COMPARING.has(key)) throw new Error(`${at}: ${unknownOperator(key, [...COMPARING])}`)
    checkOperand(key, value, `${at}.${key}`, depth)
  }
}

function checkOperand(operator: string, operand: unknown, at: string, depth: number): void {
  if (LISTS.has(operator)) checkList(operand, at)
  if (operator === '$exists' && typeof operand !== 'boolean') throw new Error(`${at}: must be true or false`)
  if (operator === '$size' && !Number.isInteger(operand)) throw new Error(`${at}: must be a whole number`)
  if (operator === '$not') checkCondition(requireObject(operand, at), at, depth + 1)
  if (operator === '$elemMatch') checkElement(requireObject(operand, at), at, depth + 1)
}

/** Fields of a list's elements have names of their own. */
function checkElement(element: object, at: string, depth: number): void {
  const entries = Object.entries(element)
  if (entries.every(([key]) => key.startsWith('$'))) return checkCondition(element, at, depth)
  for (const [key, value] of entries) {
    if (key.startsWith('$')) throw new Error(`${at}: ${unknownOperator(key, [])}`)
    checkCondition(value, `${at}.${key}`, depth)
  }
}

function requireObject(value: unknown, at: string): object {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw new Error(`${at}: must be an object, such as {"data.stage": "Won"}`)
}

function checkList(value: unknown, at: string): unknown[] {
  if (Array.isArray(value) && value.length > 0) return value
  throw new Error(`${at}: must be a list that is not empty`)
}

function unknownOperator(key: string, known: readonly string[]): string {
  return `${key.slice(0, 50)} is not possible here${known.length > 0 ? `; there are ${known.join(', ')}` : ''}`
}
