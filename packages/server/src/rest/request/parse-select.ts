import { isDigit, isLetter, parseName, parsePath } from './parse-field.ts'
import type { AggregateName, Embed, JsonStep, SelectItem } from './query-tree.ts'
import { Scanner } from './scanner.ts'

const MAX_EMBED_DEPTH = 16
/** PostgreSQL's own limit, beyond which it fails, is 1,664. */
const MAX_LIST_ITEMS = 1_000

const aggregates: readonly AggregateName[] = ['count', 'sum', 'avg', 'max', 'min']

const isCastCharacter = (character: string): boolean =>
  isLetter(character) || isDigit(character) || '_ []'.includes(character)

/** Parses the value of `select`. An empty value selects nothing: rows without columns. */
export function parseSelect(text: string): SelectItem[] {
  const scanner = new Scanner('select parameter', text)
  const items = scanner.isAtEnd ? [] : parseItems(scanner, 0)
  scanner.expectEnd('"," or the end')
  return items
}

function parseItems(scanner: Scanner, depth: number): SelectItem[] {
  if (depth > MAX_EMBED_DEPTH) scanner.fail(`at most ${MAX_EMBED_DEPTH} levels of embedding`)
  const items = [parseItem(scanner, depth)]
  while (scanner.accept(',')) {
    if (items.length === MAX_LIST_ITEMS) scanner.fail(`at most ${MAX_LIST_ITEMS} items`)
    items.push(parseItem(scanner, depth))
  }
  return items
}

function parseItem(scanner: Scanner, depth: number): SelectItem {
  if (scanner.accept('*')) return { kind: 'star' }
  if (scanner.accept('...')) {
    return parseEmbed(scanner, depth, { relation: parseName(scanner), alias: null, spread: true })
  }
  const first = parseName(scanner, 'a column name, "*" or an embedded resource')
  const isAlias = scanner.peek() === ':' && scanner.peek(1) !== ':'
  if (isAlias) scanner.accept(':')
  const alias = isAlias ? first : null
  const name = isAlias ? parseName(scanner, 'a column name or an embedded resource') : first
  if (name === 'count' && scanner.accept('()')) {
    return {
      kind: 'aggregate',
      field: null,
      alias,
      cast: null,
      aggregate: { name, cast: parseCast(scanner) },
    }
  }
  if (scanner.peek() === '!' || scanner.peek() === '(') {
    return parseEmbed(scanner, depth, { relation: name, alias, spread: false })
  }
  return parseColumn(scanner, name, alias)
}

function parseColumn(scanner: Scanner, name: string, alias: string | null): SelectItem {
  const path = parsePath(scanner)
  const cast = parseCast(scanner)
  if (scanner.accept('.')) {
    const found = aggregates.find((candidate) => scanner.accept(`${candidate}()`))
    if (found === undefined) {
      return scanner.fail(`one of ${aggregates.map((candidate) => `${candidate}()`).join(', ')}`)
    }
    const aggregate = { name: found, cast: parseCast(scanner) }
    return { kind: 'aggregate', field: { name, path }, alias, cast, aggregate }
  }
  return { kind: 'column', field: { name, path }, alias: alias ?? nameOfPath(path), cast }
}

function parseCast(scanner: Scanner): string | null {
  if (!scanner.accept('::')) return null
  const type = scanner.takeWhile(isCastCharacter).trim()
  return type === '' ? scanner.fail('a type') : type
}

/** Returns the name of a value inside a JSON column: its last key; an index is not a name. */
function nameOfPath(path: readonly JsonStep[]): string | null {
  return path.map((step) => step.key).findLast((key) => typeof key === 'string') ?? null
}

function parseEmbed(
  scanner: Scanner,
  depth: number,
  start: Pick<Embed, 'relation' | 'alias' | 'spread'>,
): Embed {
  let hint: string | null = null
  let join: Embed['join'] = 'left'
  while (scanner.accept('!')) {
    const modifier = parseName(scanner, '"inner", "left" or the name of a foreign key')
    if (modifier === 'inner' || modifier === 'left') join = modifier
    else hint = modifier
  }
  scanner.expect('(')
  const select = scanner.peek() === ')' ? [] : parseItems(scanner, depth + 1)
  scanner.expect(')')
  return { kind: 'embed', ...start, hint, join, select }
}
