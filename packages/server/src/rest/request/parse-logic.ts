import { parseField } from './parse-field.ts'
import { parseOperation, takeLogicValue } from './parse-operation.ts'
import type { Condition, Logic } from './query-tree.ts'
import { Scanner } from './scanner.ts'

/** PostgreSQL parses nested expressions by recursion, and the embedded one has a small stack. */
const MAX_TREE_DEPTH = 32

/** Parses the value of `and`, `or`, `not.and` or `not.or`: `(a.eq.1,not.and(b.is.null,c.gt.2))`. */
export function parseLogic(operator: Logic['operator'], negated: boolean, text: string): Logic {
  const scanner = new Scanner('logic tree', text)
  const logic = parseBranch(scanner, operator, negated, 0)
  scanner.expectEnd('the end')
  return logic
}

function parseBranch(scanner: Scanner, operator: Logic['operator'], negated: boolean, depth: number): Logic {
  if (depth > MAX_TREE_DEPTH) scanner.fail(`at most ${MAX_TREE_DEPTH} levels of nesting`)
  scanner.expectSpaced('(')
  const conditions = [parseCondition(scanner, depth)]
  while (scanner.acceptSpaced(',')) conditions.push(parseCondition(scanner, depth))
  scanner.expectSpaced(')')
  return { kind: 'logic', operator, negated, conditions }
}

function parseCondition(scanner: Scanner, depth: number): Condition {
  const head = scanner.attempt(() => {
    const negated = scanner.accept('not.')
    const operator = (['and', 'or'] as const).find((candidate) => scanner.accept(candidate))
    return operator !== undefined && isBranch(scanner) ? { operator, negated } : undefined
  })
  if (head !== undefined) return parseBranch(scanner, head.operator, head.negated, depth + 1)
  const field = parseField(scanner)
  scanner.expect('.')
  return { kind: 'filter', field, ...parseOperation(scanner, takeLogicValue) }
}

/** Looks ahead for the parenthesis that tells `and (…)` from a column of that name. */
const isBranch = (scanner: Scanner): boolean => /^[ \t]*\(/.test(scanner.rest)
