import { parseField, parseName, parsePath } from './parse-field.ts'
import type { OrderTerm } from './query-tree.ts'
import { Scanner } from './scanner.ts'

/** Parses the value of `order`: `a.desc.nullslast,b->>c`. */
export function parseOrder(text: string): OrderTerm[] {
  const scanner = new Scanner('order', text)
  if (scanner.isAtEnd) return []
  const terms = [parseTerm(scanner)]
  while (scanner.accept(',')) terms.push(parseTerm(scanner))
  scanner.expectEnd('"," or the end')
  return terms
}

function parseTerm(scanner: Scanner): OrderTerm {
  const name = parseName(scanner, 'a column name')
  const isRelated = scanner.accept('(')
  const field = isRelated ? parseField(scanner) : { name, path: parsePath(scanner) }
  if (isRelated) scanner.expect(')')
  const term = { relation: isRelated ? name : null, field, direction: null, nulls: null }
  if (!scanner.accept('.')) return term
  const direction = parseDirection(scanner)
  if (direction === null) {
    return { ...term, nulls: parseNulls(scanner, '"asc", "desc", "nullsfirst" or "nullslast"') }
  }
  return { ...term, direction, nulls: scanner.accept('.') ? parseNulls(scanner) : null }
}

function parseDirection(scanner: Scanner): 'asc' | 'desc' | null {
  if (scanner.accept('asc')) return 'asc'
  return scanner.accept('desc') ? 'desc' : null
}

function parseNulls(scanner: Scanner, expecting = '"nullsfirst" or "nullslast"'): 'first' | 'last' {
  if (scanner.accept('nullsfirst')) return 'first'
  return scanner.accept('nullslast') ? 'last' : scanner.fail(expecting)
}
