import { parseLogic } from './parse-logic.ts'
import { parseName, parsePath } from './parse-field.ts'
import { parseOperation, startsAsOperation, takeWholeValue } from './parse-operation.ts'
import { parseOrder } from './parse-order.ts'
import { parseSelect } from './parse-select.ts'
import type { Condition, Field, Filter, JsonStep, Limits, OrderTerm, QueryTree } from './query-tree.ts'
import { parseCount } from './range.ts'
import { Scanner } from './scanner.ts'

/** Columns whose filter may omit the operator, which is then `eq`. */
const bareColumns = new Set(['organization_id', 'is_active', 'webhook_id', 'status'])

interface Draft extends Limits {
  path: readonly string[]
  conditions: Condition[]
  order: OrderTerm[]
}

/** Parses a raw query string. All parameters except the reserved ones are filters, named by their column. */
export function parseQuery(search: string): QueryTree {
  const parameters = new URLSearchParams(search)
  const drafts = new Map<string, Draft>()
  const getDraft = (path: readonly string[]): Draft => {
    const key = JSON.stringify(path)
    const draft = drafts.get(key) ?? { path, conditions: [], order: [], limit: null, offset: null }
    drafts.set(key, draft)
    return draft
  }
  const root = getDraft([])
  for (const [key, value] of parameters) {
    if (key !== 'select' && key !== 'columns' && key !== 'on_conflict') readParameter(key, value, getDraft)
  }
  return {
    // An empty select means all columns, as none does.
    select: parseSelect(parameters.get('select')?.trim() || '*'),
    root,
    embedded: [...drafts.values()].filter((draft) => draft !== root),
    columns: parseNames('columns parameter', parameters.get('columns')),
    onConflict: parseNames('on_conflict parameter', parameters.get('on_conflict')),
  }
}

function readParameter(key: string, value: string, getDraft: (path: readonly string[]) => Draft): void {
  const target = parseKey(key)
  const draft = getDraft(target.path)
  if (target.kind === 'filter') draft.conditions.push(parseFilter(target.field, value))
  else if (target.kind === 'logic') draft.conditions.push(parseLogic(target.operator, target.negated, value))
  else if (target.kind === 'order') draft.order = parseOrder(value)
  else draft[target.kind] = parseCount(target.kind, value)
}

function parseNames(what: string, text: string | null): string[] | null {
  if (text === null || text.trim() === '') return null
  const scanner = new Scanner(what, text)
  const names = [parseName(scanner)]
  while (scanner.accept(',')) names.push(parseName(scanner))
  scanner.expectEnd('"," or the end')
  return [...new Set(names)]
}

type Target =
  | { kind: 'filter'; path: string[]; field: Field }
  | { kind: 'logic'; path: string[]; operator: 'and' | 'or'; negated: boolean }
  | { kind: 'order' | 'limit' | 'offset'; path: string[] }

/** Parses the key of a parameter: `a`, `a->b`, `rel.a`, `rel.order`, `rel.not.or`. */
function parseKey(key: string): Target {
  const scanner = new Scanner('parameter name', key)
  const parts: string[] = []
  let last = { name: '', isBare: true }
  do {
    if (parts.length > 16) scanner.fail('at most 16 levels of embedding')
    const isBare = scanner.peek() !== '"'
    last = { name: parseName(scanner, 'a column name'), isBare }
    parts.push(last.name)
  } while (scanner.accept('.'))
  const steps = parsePath(scanner)
  scanner.expectEnd('".", "->", "->>" or the end')
  return toTarget(parts.slice(0, -1), last.name, steps, last.isBare && steps.length === 0)
}

function toTarget(path: string[], name: string, steps: JsonStep[], mayBeKeyword: boolean): Target {
  if (mayBeKeyword && (name === 'and' || name === 'or')) {
    const negated = path.at(-1) === 'not'
    return { kind: 'logic', path: negated ? path.slice(0, -1) : path, operator: name, negated }
  }
  if (mayBeKeyword && (name === 'order' || name === 'limit' || name === 'offset')) return { kind: name, path }
  return { kind: 'filter', path, field: { name, path: steps } }
}

function parseFilter(field: Field, text: string): Filter {
  const bare = field.path.length === 0 && !startsAsOperation(text) ? parseBare(field, text) : undefined
  if (bare !== undefined) return bare
  const scanner = new Scanner('filter', text, field.name)
  const signed = parseOperation(scanner, takeWholeValue)
  scanner.expectEnd('the end')
  return { kind: 'filter', field, ...signed }
}

function parseBare(field: Field, text: string): Filter | undefined {
  if (bareColumns.has(field.name)) {
    const operation = { kind: 'compare', operator: 'eq', quantifier: null, value: text } as const
    return { kind: 'filter', field, negated: false, operation }
  }
  if (field.name === 'created_at' && /^\d{4}-\d{2}-\d{2}$/.test(text)) {
    return { kind: 'filter', field, negated: false, operation: { kind: 'day', date: text } }
  }
  return undefined
}
