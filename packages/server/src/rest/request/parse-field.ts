import type { Field, JsonStep } from './query-tree.ts'
import type { Scanner } from './scanner.ts'

/** PostgreSQL parses and runs nested expressions by recursion, and the embedded one has a small stack. */
const MAX_PATH_LENGTH = 50

export const isDigit = (character: string): boolean => character >= '0' && character <= '9'
export const isLetter = (character: string): boolean => /^[a-z]$/i.test(character)

const isNameCharacter = (character: string, next: string): boolean =>
  isLetter(character) ||
  isDigit(character) ||
  character === '_' ||
  character === '$' ||
  character === ' ' ||
  (character === '-' && next !== '>') ||
  character > '\u{9f}'

const isKeyCharacter = (character: string, next: string): boolean =>
  !'(:.,>)"'.includes(character) && !(character === '-' && next === '>')

/** Parses a name, bare or in double quotes. */
export function parseName(scanner: Scanner, expecting = 'a name'): string {
  const start = scanner.position
  const name = scanner.takeQuoted() ?? scanner.takeWhile(isNameCharacter).trim()
  if (name === '') scanner.fail(expecting)
  // An alias becomes part of the SQL text, which cannot contain control characters.
  if (hasControlCharacter(name)) scanner.fail('a name without control characters', start)
  return name
}

function hasControlCharacter(name: string): boolean {
  for (let index = 0; index < name.length; index += 1) if (name.charCodeAt(index) < 0x20) return true
  return false
}

export function parseField(scanner: Scanner): Field {
  return { name: parseName(scanner, 'a column name'), path: parsePath(scanner) }
}

/** Parses `->a->0->>b`. */
export function parsePath(scanner: Scanner): JsonStep[] {
  const path: JsonStep[] = []
  for (let arrow = acceptArrow(scanner); arrow !== undefined; arrow = acceptArrow(scanner)) {
    if (path.length === MAX_PATH_LENGTH) scanner.fail(`at most ${MAX_PATH_LENGTH} steps into a JSON value`)
    path.push({ arrow, key: parseIndex(scanner) ?? parseKey(scanner) })
  }
  return path
}

function acceptArrow(scanner: Scanner): JsonStep['arrow'] | undefined {
  if (scanner.accept('->>')) return '->>'
  return scanner.accept('->') ? '->' : undefined
}

function parseIndex(scanner: Scanner): number | undefined {
  // A key cannot begin with a minus sign: a number has to follow.
  const isNegative = scanner.peek() === '-'
  const index = scanner.attempt(() => {
    const sign = scanner.accept('-') ? -1 : 1
    const digits = scanner.takeWhile(isDigit)
    // More digits do not fit into PostgreSQL's integer, so they must be a key.
    return digits !== '' && digits.length < 10 && isEndOfStep(scanner) ? sign * Number(digits) : undefined
  })
  if (index === undefined && isNegative) scanner.fail('a JSON index')
  return index
}

/** A key may begin with digits and have minus signs: `23-xy-45`. */
const isEndOfStep = (scanner: Scanner): boolean =>
  scanner.isAtEnd || ':.,)'.includes(scanner.peek()) || (scanner.peek() === '-' && scanner.peek(1) === '>')

function parseKey(scanner: Scanner): string {
  const key = scanner.takeQuoted() ?? scanner.takeWhile(isKeyCharacter).trim()
  if (hasControlCharacter(key)) scanner.fail('a JSON key without control characters')
  return key === '' ? scanner.fail('a JSON key or index') : key
}
