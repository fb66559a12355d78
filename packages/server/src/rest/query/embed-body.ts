import { buildColumn, buildField } from './build-field.ts'
import type { Scope } from './scope.ts'
import { isCount } from './build-read.ts'
import type { Output } from './scope.ts'
import { findReadable } from '../schema-cache/schema-cache.ts'
import type { Embed, Limits, OrderTerm } from '../request/query-tree.ts'
import { MAX_PAGE_SIZE } from '../request/range.ts'
import type { Relationship } from '../schema-cache/schema.ts'
import { quoteIdentifier } from './sql-text.ts'
import type { Params } from './sql-text.ts'

/**
 * What an embedded resource is to its parent: an object, a list, the number of its rows, columns among the parent's
 * own (a spread), or nothing that is shown, only something to filter by.
 */
export type Shape = 'object' | 'list' | 'count' | 'columns' | 'hidden'

export function chooseShape({ select, spread }: Embed, { relation }: Scope, isOne: boolean): Shape {
  if (select.length === 0) return 'hidden'
  if (spread) return 'columns'
  if (select.length === 1 && isCount(select[0]!, relation)) return 'count'
  return isOne ? 'object' : 'list'
}

export interface BodyParts {
  shape: Shape
  isOne: boolean
  outputs: readonly Output[]
  from: string
  where: string
  order: string
  limits: Limits
  /** Expressions that the parent's rows are ordered by. */
  sortedBy: readonly string[]
}

/** A subquery with at most one row: `found`, and by shape `value` or `c0`, `c1`, …; `o0`, `o1`, … to order by. */
export function buildBody(parts: BodyParts, params: Params): string {
  return builders[parts.shape](parts, params)
}

type BuildBody = (parts: BodyParts, params: Params) => string

const builders: Readonly<Record<Shape, BuildBody>> = {
  count(parts) {
    const value = parts.isOne ? 'row_to_json(r)' : 'array_to_json(array[row_to_json(r)])'
    const counted = `select count(*) as count${sourceOf(parts)}`
    return `select r.count > 0 as found, ${value} as value from (${counted}) as r`
  },
  list(parts, params) {
    const { limits, order } = parts
    const page = buildPage(
      { ...limits, limit: Math.min(limits.limit ?? MAX_PAGE_SIZE, MAX_PAGE_SIZE) },
      params,
    )
    const sorting = order === '' ? '' : ` order by ${order}`
    const rows = `select ${columnsOf(parts)}${sourceOf(parts)}${sorting}${page}`
    return `select count(*) > 0 as found, webhooks_internal.bounded_list(json_agg(r)) as value from (${rows}) as r`
  },
  object(parts, params) {
    const value = `(select row_to_json(r) from (select ${columnsOf(parts)}) as r)`
    return `select true as found, ${value} as value${sortedOf(parts)}${sourceOf(parts)}${buildPage(parts.limits, params)}`
  },
  columns(parts, params) {
    const spread = parts.outputs.map(({ sql }, index) => `, ${sql} as c${index}`).join('')
    return `select true as found${spread}${sortedOf(parts)}${sourceOf(parts)}${buildPage(parts.limits, params)}`
  },
  hidden(parts, params) {
    const { isOne, limits } = parts
    const limit = isOne ? limits.limit : Math.min(limits.limit ?? 1, 1)
    return `select true as found${sortedOf(parts)}${sourceOf(parts)}${buildPage({ ...limits, limit }, params)}`
  },
}

const sourceOf = ({ from, where }: BodyParts): string => ` from ${from} where ${where}`

const columnsOf = ({ outputs }: BodyParts): string =>
  outputs.map(({ sql, key }) => `${sql} as ${quoteIdentifier(key)}`).join(', ')

const sortedOf = ({ sortedBy }: BodyParts): string =>
  sortedBy.map((sql, index) => `, ${sql} as o${index}`).join('')

function buildPage({ limit, offset }: Limits, params: Params): string {
  return (
    (limit === null ? '' : ` limit ${params.add(String(limit))}`) +
    (offset === null ? '' : ` offset ${params.add(String(offset))}`)
  )
}

/** What the body adds to the parent's rows. `read` makes SQL of one of its columns. */
export function listShown(
  shape: Shape,
  name: string,
  outputs: readonly Output[],
  read: (column: string) => string,
): Output[] {
  if (shape === 'hidden') return []
  if (shape === 'columns') return outputs.map(({ key }, index) => ({ sql: read(`c${index}`), key }))
  const value = read('value')
  return [{ sql: shape === 'list' ? `coalesce(${value}, '[]')` : value, key: name }]
}

/** The related rows as a `from` item, the junction included where there is one. */
export function buildSource({ junction, references }: Relationship, scope: Scope): string {
  const rows = `${scope.relation.sql} as ${quoteIdentifier(scope.alias)}`
  if (junction === null) return rows
  const between = junctionScope(junction.relation, scope)
  const condition = buildEquality(scope, references, between, junction.far)
  return `${rows} join ${junction.relation.sql} as ${quoteIdentifier(between.alias)} on ${condition}`
}

/** What makes rows of `scope` those that belong to a row of `parent`. */
export function buildLink(
  { columns, references, junction }: Relationship,
  scope: Scope,
  parent: Scope,
): string {
  if (junction === null) return buildEquality(scope, references, parent, columns)
  return buildEquality(junctionScope(junction.relation, scope), junction.near, parent, columns)
}

function junctionScope(relation: Scope['relation'], { role, alias }: Scope): Scope {
  return { relation, role, alias: `${alias}_junction` }
}

/** Reads no column that the role may not: what cannot be seen cannot be joined on either. */
function buildEquality(one: Scope, ones: readonly string[], other: Scope, others: readonly string[]): string {
  const read = (scope: Scope, name: string): string => {
    findReadable(scope.relation, scope.role, name)
    return buildColumn(scope, name)
  }
  return ones.map((name, index) => `${read(one, name)} = ${read(other, others[index]!)}`).join(' and ')
}

/** The embedded columns that the parent is ordered by, in the order of its terms. */
export function buildSortedBy(terms: readonly OrderTerm[], scope: Scope, params: Params): string[] {
  return terms.map(({ field }) => buildField(field, scope, params, 'comparison').sql)
}
