import { buildColumn, buildField } from './build-field.ts'
import type { Scope } from './scope.ts'
import { buildGroupBy } from './build-read.ts'
import { isOnlyCount } from './group-rows.ts'
import type { Output } from './scope.ts'
import { findReadable } from '../schema-cache/schema-cache.ts'
import type { Embed, Limits, OrderTerm } from '../request/query-tree.ts'
import { MAX_PAGE_SIZE } from '../request/range.ts'
import type { Relationship } from '../schema-cache/schema.ts'
import { quoteIdentifier } from './sql-text.ts'
import type { Params } from './sql-text.ts'

/**
 * How an embedded resource appears in its parent: an object, a list, the number of its rows, columns of the parent with
 * a value or a list of values each (a spread), or not at all, only as a filter.
 */
export type Shape = 'object' | 'list' | 'count' | 'columns' | 'arrays' | 'hidden'

export function chooseShape(embed: Embed, { relation }: Scope, isOne: boolean): Shape {
  if (embed.select.length === 0) return 'hidden'
  if (embed.spread) return isOne ? 'columns' : 'arrays'
  if (isOnlyCount(embed, relation)) return 'count'
  return isOne ? 'object' : 'list'
}

export interface BodyParts {
  shape: Shape
  isOne: boolean
  outputs: readonly Output[]
  from: string
  where: string
  groupBy: string | null
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
    if (parts.groupBy !== null) {
      const value = `webhooks_internal.bounded_list(json_agg(${groupSql(parts)}))`
      return `select coalesce(sum(r.n), 0) > 0 as found, ${value} as value from (${groupsSql(parts, listPage(parts, params))}) as r`
    }
    const rows = `select ${columnsSql(parts)}${sourceSql(parts)}${listPage(parts, params)}`
    return `select count(*) > 0 as found, webhooks_internal.bounded_list(json_agg(r)) as value from (${rows}) as r`
  },
  arrays(parts, params) {
    const lists = parts.outputs.map(
      (_, index) => `, webhooks_internal.bounded_list(json_agg(r.c${index})) as c${index}`,
    )
    const rows = `select true as found${cellsSql(parts)}${sourceSql(parts)}${listPage(parts, params)}`
    return `select count(*) > 0 as found${lists.join('')} from (${rows}) as r`
  },
  object(parts, params) {
    if (parts.groupBy !== null) {
      const sorted = parts.sortedBy.map((_, index) => `, r.o${index}`).join('')
      const page = buildPage(parts.limits, params)
      return `select r.n > 0 as found, ${groupSql(parts)} as value${sorted} from (${groupsSql(parts, page)}) as r`
    }
    const value = `(select row_to_json(r) from (select ${columnsSql(parts)}) as r)`
    return `select true as found, ${value} as value${sortedSql(parts)}${sourceSql(parts)}${buildPage(parts.limits, params)}`
  },
  columns(parts, params) {
    return `select true as found${cellsSql(parts)}${sortedSql(parts)}${sourceSql(parts)}${buildPage(parts.limits, params)}`
  },
  hidden(parts, params) {
    const { isOne, limits } = parts
    const limit = isOne ? limits.limit : Math.min(limits.limit ?? 1, 1)
    return `select true as found${sortedSql(parts)}${sourceSql(parts)}${buildPage({ ...limits, limit }, params)}`
  },
}

/** Returns the order and the limits of a list. */
function listPage({ limits, order }: BodyParts, params: Params): string {
  const limit = Math.min(limits.limit ?? MAX_PAGE_SIZE, MAX_PAGE_SIZE)
  return `${order === '' ? '' : ` order by ${order}`}${buildPage({ ...limits, limit }, params)}`
}

/** Returns the groups as `c0`, `c1`, …, each with its number of rows `n`: the one group of no rows is not found. */
function groupsSql(parts: BodyParts, page: string): string {
  const cells = parts.outputs.map(({ sql }, index) => `${sql} as c${index}, `).join('')
  return `select ${cells}count(*) as n${sortedSql(parts)}${sourceSql(parts)}${buildGroupBy(parts.groupBy)}${page}`
}

/** Writes a group of `groupsSql` as JSON. */
function groupSql({ outputs }: BodyParts): string {
  const cells = outputs.map(({ key }, index) => `r.c${index} as ${quoteIdentifier(key)}`).join(', ')
  return `(select row_to_json(g) from (select ${cells}) as g)`
}

const cellsSql = ({ outputs }: BodyParts): string =>
  outputs.map(({ sql }, index) => `, ${sql} as c${index}`).join('')

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
  if (shape === 'columns') return outputs.map((output, index) => listSpread(name, output, read(`c${index}`)))
  if (shape === 'arrays')
    return outputs.map(({ key }, index) => ({ sql: `coalesce(${read(`c${index}`)}, '[]')`, key }))
  const value = read('value')
  return [{ sql: shape === 'list' ? `coalesce(${value}, '[]')` : value, key: name }]
}

/** An order can name a column of the spread resource, but not of one that is spread into it. */
function listSpread(name: string, { key, aggregate, origin }: Output, sql: string): Output {
  return {
    sql,
    key,
    ...(aggregate === undefined ? {} : { aggregate }),
    ...(origin?.relation === null ? { origin: { relation: name, field: origin.field } } : {}),
  }
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
