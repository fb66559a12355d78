import { buildField } from './build-field.ts'
import type { Output, Scope } from './scope.ts'
import type { Aggregate, Embed, Field, OrderTerm, SelectItem } from '../request/query-tree.ts'
import { checkCast } from '../schema-cache/casts.ts'
import type { Relation } from '../schema-cache/schema.ts'
import type { Params } from './sql-text.ts'

/** Tests if the item is the `count` of rows without its parentheses, and not a column with that name. */
export function isCount(item: SelectItem, relation: Relation): boolean {
  if (item.kind !== 'column' || item.field.name !== 'count' || item.field.path.length > 0) return false
  return item.cast === null && item.alias === null && !relation.columns.has('count')
}

/** Tests if the embedded resource is nothing but the number of its rows. */
export function isOnlyCount({ select: [item, ...others] }: Embed, relation: Relation): boolean {
  if (item === undefined || others.length > 0) return false
  if (item.kind !== 'aggregate') return isCount(item, relation)
  return item.field === null && item.alias === null && item.aggregate.cast === null
}

/** Tests if rows are grouped by what is selected besides aggregates. The aggregates of a spread resource are its parent's. */
export function isAggregated(select: readonly SelectItem[], relation: Relation): boolean {
  return select.some((item) => isCount(item, relation)) || hasAggregate(select)
}

function hasAggregate(select: readonly SelectItem[]): boolean {
  return select.some(
    (item) =>
      item.kind === 'aggregate' || (item.kind === 'embed' && item.spread && hasAggregate(item.select)),
  )
}

const COUNT: Aggregate = { name: 'count', cast: null }

export const countOutput: Output = { sql: 'true', key: 'count', aggregate: COUNT }

export function buildAggregate(
  { field, alias, cast, aggregate }: Extract<SelectItem, { kind: 'aggregate' }>,
  scope: Scope,
  params: Params,
): Output {
  const key = alias ?? aggregate.name
  if (field === null) return { ...countOutput, key, aggregate }
  const { sql, type } = buildField(field, scope, params, 'comparison')
  // The null of JSON has no cast to a number before PostgreSQL 18, and is no value to aggregate.
  const argument = type === 'jsonb' && cast !== null ? `nullif(${sql}, 'null'::jsonb)` : sql
  return { sql: castTo(argument, cast), key, aggregate }
}

export const castTo = (sql: string, cast: string | null): string =>
  cast === null ? sql : `cast(${sql} as ${checkCast(cast)})`

/** The places in the select list to group by; '' for one group of all rows. */
export function listGroups(outputs: readonly Output[]): string {
  return outputs
    .flatMap(({ aggregate }, index) => (aggregate === undefined ? [String(index + 1)] : []))
    .join(', ')
}

export function applyAggregates(outputs: readonly Output[]): Output[] {
  return outputs.map(({ aggregate, ...output }) =>
    aggregate === undefined
      ? output
      : { ...output, sql: castTo(`${aggregate.name}(${output.sql})`, aggregate.cast) },
  )
}

/**
 * Finds the place in the select list that an order term refers to: a field that is grouped by, or the alias or name of an output.
 * Expressions with parameters are never the same for PostgreSQL, places are.
 */
export function findPlace(
  { relation, field }: OrderTerm,
  outputs: readonly Output[],
  scope: Scope,
): string | undefined {
  const isSame = ({ origin, aggregate }: Output): boolean =>
    aggregate === undefined && origin?.relation === relation && isSameField(origin.field, field)
  const isNamed = ({ key }: Output): boolean =>
    relation === null &&
    field.path.length === 0 &&
    key === field.name &&
    !scope.relation.columns.has(field.name)
  const at = outputs.findIndex(isSame)
  const place = at >= 0 ? at : outputs.findIndex(isNamed)
  return place >= 0 ? String(place + 1) : undefined
}

function isSameField(one: Field, other: Field): boolean {
  return one.name === other.name && JSON.stringify(one.path) === JSON.stringify(other.path)
}

/** Builds the expressions that rows are grouped by, without the aggregates. */
export function buildGroupKeys(outputs: readonly Output[], places: string): string[] {
  return places === '' ? [] : places.split(', ').map((place) => outputs[Number(place) - 1]!.sql)
}
