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
 * How an embedded resource appears in its parent: an object, a list, the number of its rows, columns of the parent (a
 * spread), or not at all, only as a filter.
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
  /** Expressions for the order of the parent's rows. */
  sortedBy: readonly string[]
}

/**
 * Builds a subquery with at most one row: `found`; by shape, `value` or `c0`, `c1`, …; and `o0`, `o1`, … for ordering.
 */
export function buildBody(parts: BodyParts, params: Params): string {
  return builders[parts.shape](parts, params)
}

type BuildBody = (parts: BodyParts, params: Params) => string

const builders: Readonly<Record<Shape, BuildBody>> = {
  count(parts) {
    const value = parts.isOne ? 'row_to_json(r)' : 'array_to_json(array[row_to_json(r)])'
    const counted = `select count(*) as count${sourceSql(parts)}`
    return `select r.count > 0 as found, ${value} as value from (${counted}) as r`
  },
  list(parts, params) {
    const { limits, order } = parts
    const page = buildPage(
      { ...limits, limit: Math.min(limits.limit ?? MAX_PAGE_SIZE, MAX_PAGE_SIZE) },
      params,
    )
    const sorting = order === '' ? '' : ` order by ${order}`
    const rows = `select ${columnsSql(parts)}${sourceSql(parts)}${sorting}${page}`
    return `select count(*) > 0 as found, webhooks_internal.bounded_list(json_agg(r)) as value from (${rows}) as r`
  },
  object(parts, params) {
    const value = `(select row_to_json(r) from (select ${columnsSql(parts)}) as r)`
    return `select true as found, ${value} as value${sortedSql(parts)}${sourceSql(parts)}${buildPage(parts.limits, params)}`
  },
  columns(parts, params) {
    const spread = parts.outputs.map(({ sql }, index) => `, ${sql} as c${index}`).join('')
    return `select true as found${spread}${sortedSql(parts)}${sourceSql(parts)}${buildPage(parts.limits, params)}`
  },
  hidden(parts, params) {
    const { isOne, limits } = parts
    const limit = isOne ? limits.limit : Math.min(limits.limit ?? 1, 1)
    return `select true as found${sortedSql(parts)}${sourceSql(parts)}${buildPage({ ...limits, limit }, params)}`
  },
}

const sourceSql = ({ from, where }: BodyParts): string => ` from ${from} where ${where}`

const columnsSql = ({ outputs }: BodyParts): string =>
  outputs.map(({ sql, key }) => `${sql} as ${quoteIdentifier(key)}`).join(', ')

const sortedSql = ({ sortedBy }: BodyParts): string =>
  sortedBy.map((sql, index) => `, ${sql} as o${index}`).join('')

function buildPage({ limit, offset }: Limits, params: Params): string {
  return (
    (limit === null ? '' : ` limit ${params.add(String(limit))}`) +
    (offset === null ? '' : ` offset ${params.add(String(offset))}`)
  )
}

/** Lists the outputs that the body adds to the parent's rows. `read` returns the SQL for one of its columns. */
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

/** Builds the related rows as a `from` item, with the junction if there is one. */
export function buildSource({ junction, references }: Relationship, scope: Scope): string {
  const rows = `${scope.relation.sql} as ${quoteIdentifier(scope.alias)}`
  if (junction === null) return rows
  const between = junctionScope(junction.relation, scope)
  const condition = buildEquality(scope, references, between, junction.far)
  return `${rows} join ${junction.relation.sql} as ${quoteIdentifier(between.alias)} on ${condition}`
}

/** Builds the condition that links rows of `scope` to a row of `parent`. */
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

/** Uses only columns that the role may read: hidden columns cannot be joined on either. */
function buildEquality(one: Scope, ones: readonly string[], other: Scope, others: readonly string[]): string {
  const read = (scope: Scope, name: string): string => {
    findReadable(scope.relation, scope.role, name)
    return buildColumn(scope, name)
  }
  return ones.map((name, index) => `${read(one, name)} = ${read(other, others[index]!)}`).join(' and ')
}

/** Builds the expressions of the embedded columns that order the parent, in the order of its terms. */
export function buildSortedBy(terms: readonly OrderTerm[], scope: Scope, params: Params): string[] {
  return terms.map(({ field }) => buildField(field, scope, params, 'comparison').sql)
}
