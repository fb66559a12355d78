import { isDigit, isLetter } from './parse-field.ts'
import type { Comparison, Operation, Quantifier, TextSearch, Truth } from './query-tree.ts'
import { Scanner } from './scanner.ts'

const comparisons: readonly Comparison[] = [
  ...(['eq', 'neq', 'gt', 'gte', 'lt', 'lte', 'like', 'ilike', 'match', 'imatch', 'isdistinct'] as const),
  ...(['cs', 'cd', 'ov', 'sl', 'sr', 'nxl', 'nxr', 'adj'] as const),
]
const quantified = new Set<Comparison>(['eq', 'gt', 'gte', 'lt', 'lte', 'like', 'ilike', 'match', 'imatch'])
const textSearches: readonly TextSearch[] = ['fts', 'plfts', 'phfts', 'wfts']
const truths: readonly Truth[] = ['null', 'not_null', 'true', 'false', 'unknown']
const operators: readonly string[] = [...comparisons, 'in', 'is', ...textSearches]

export interface SignedOperation {
  negated: boolean
  operation: Operation
}

/** Reads a value: a filter's value ends with the text, a value in a logic tree at a comma or parenthesis. */
export type TakeValue = (scanner: Scanner) => string

export const takeWholeValue: TakeValue = (scanner) => scanner.takeRest()

/** Tests if a filter's text begins like an operation, valid or not. */
export function startsAsOperation(text: string): boolean {
  const scanner = new Scanner('filter', text)
  scanner.accept('not.')
  return operators.includes(scanner.takeWhile(isLetter)) && '.('.includes(scanner.peek() || ' ')
}

/** Parses `[not.]operator[(modifier)].value`. */
export function parseOperation(scanner: Scanner, takeValue: TakeValue): SignedOperation {
  const negated = scanner.accept('not.')
  return { negated, operation: parseUnsigned(scanner, takeValue, negated) }
}

function parseUnsigned(scanner: Scanner, takeValue: TakeValue, negated: boolean): Operation {
  const start = scanner.position
  const name = scanner.takeWhile(isLetter)
  if (name === 'in') return parseIn(scanner)
  if (name === 'is') return parseIs(scanner, takeValue)
  const comparison = comparisons.find((candidate) => candidate === name)
  if (comparison !== undefined) return parseComparison(scanner, comparison, takeValue)
  const search = textSearches.find((candidate) => candidate === name)
  if (search !== undefined) return parseSearch(scanner, search, takeValue)
  return scanner.fail(`${negated ? '' : '"not" or '}operator (${operators.join(', ')})`, start)
}

function parseComparison(scanner: Scanner, operator: Comparison, takeValue: TakeValue): Operation {
  const quantifier = quantified.has(operator) ? parseQuantifier(scanner) : null
  scanner.expect('.')
  return { kind: 'compare', operator, quantifier, value: takeValue(scanner) }
}

function parseQuantifier(scanner: Scanner): Quantifier | null {
  if (scanner.accept('(any)')) return 'any'
  return scanner.accept('(all)') ? 'all' : null
}

function parseIs(scanner: Scanner, takeValue: TakeValue): Operation {
  scanner.expect('.')
  const start = scanner.position
  const value = takeValue(scanner).trim().toLowerCase()
  const truth = truths.find((candidate) => candidate === value)
  return truth === undefined ? scanner.fail(`one of ${truths.join(', ')}`, start) : { kind: 'is', truth }
}

function parseSearch(scanner: Scanner, operator: TextSearch, takeValue: TakeValue): Operation {
  const hasLanguage = scanner.accept('(')
  const language = hasLanguage
    ? scanner.takeWhile((character) => isLetter(character) || isDigit(character) || character === '_')
    : null
  if (language === '') scanner.fail('the name of a text search configuration')
  if (hasLanguage) scanner.expect(')')
  scanner.expect('.')
  return { kind: 'search', operator, language, value: takeValue(scanner) }
}

function parseIn(scanner: Scanner): Operation {
  scanner.expect('.')
  scanner.expect('(')
  // Blanks belong to the values: clients do not quote a value for them.
  if (scanner.acceptSpaced(')')) return { kind: 'in', values: [] }
  const values = [takeListedValue(scanner)]
  while (scanner.accept(',')) values.push(takeListedValue(scanner))
  scanner.expect(')')
  return { kind: 'in', values }
}

const isListedCharacter = (character: string): boolean => character !== ',' && character !== ')'

/** Reads a value in a list: quoted, or everything up to the next comma or closing parenthesis. */
function takeListedValue(scanner: Scanner): string {
  return takeWholeQuoted(scanner) ?? scanner.takeWhile(isListedCharacter)
}

/** Reads a value in a logic tree: as in a list, or an array in braces, which may contain commas. */
export const takeLogicValue: TakeValue = (scanner) =>
  takeWholeQuoted(scanner) ?? takeBraced(scanner) ?? scanner.takeWhile(isListedCharacter)

/** Quotes that enclose only a part of the value are ordinary characters. */
function takeWholeQuoted(scanner: Scanner): string | undefined {
  return scanner.attempt(() => {
    const value = scanner.takeQuoted()
    return scanner.isAtEnd || !isListedCharacter(scanner.peek()) ? value : undefined
  })
}

function takeBraced(scanner: Scanner): string | undefined {
  return scanner.attempt(() => {
    if (!scanner.accept('{')) return undefined
    const inside = scanner.takeWhile((character) => character !== '{' && character !== '}')
    return scanner.accept('}') ? `{${inside}}` : undefined
  })
}
