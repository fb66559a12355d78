import { verbatim } from '../../domain/messages/phrase.ts'
import type { BuiltEmbed } from './scope.ts'
import { ApiError } from '../../domain/errors.ts'
import type { Scope } from './scope.ts'
import { buildOrder, buildOutputs } from './build-read.ts'
import { applyAggregates, isAggregated, listGroups } from './group-rows.ts'
import type { Output } from './scope.ts'
import { buildWhere } from './build-where.ts'
import { forbid, listColumns } from '../schema-cache/schema-cache.ts'
import type { Catalog } from '../schema-cache/schema.ts'
import { buildBody, buildLink, buildSortedBy, buildSource, chooseShape, listShown } from './embed-body.ts'
import { embedName, testsEmbed } from './embed-names.ts'
import type { Embed, QueryTree, Scoped, SelectItem } from '../request/query-tree.ts'
import { findRelationship, isToOne } from '../schema-cache/relationships.ts'
import { createParams } from './sql-text.ts'
import type { Params } from './sql-text.ts'

/** Planning time grows faster than the number of joins. */
const MAX_EMBEDS = 50

/** The inputs and state of building one statement. */
export interface Building {
  catalog: Catalog
  query: QueryTree
  params: Params
  /** Number of embedded resources so far, shared by all levels. */
  embedded: { count: number }
}

/** The parts of a statement that reads one resource and its embedded resources. */
export interface BuiltResource {
  outputs: readonly Output[]
  /** To follow the source of the rows. */
  joins: string
  /** The subset of `joins` that filters the rows. */
  restrictingJoins: string
  where: string | undefined
  /** Places in the select list; '' for one group of all rows; null if rows are not grouped. */
  groupBy: string | null
  order: string
}

export type Shaping = Pick<Scoped, 'path' | 'conditions' | 'order'>

interface Use {
  /** An unused order is only validated: PostgreSQL rejects parameters that the text does not use. */
  isOrdered?: boolean
  /** A spread leaves its aggregates to its parent. */
  isSpread?: boolean
  /** Its parent's rows are grouped by what it returns. */
  isGroupedBy?: boolean
}

/** Builds select list, filter and order of a resource, and recursively of its embedded resources. */
export function buildResource(
  select: readonly SelectItem[],
  shaping: Shaping,
  scope: Scope,
  building: Building,
  { isOrdered = true, isSpread = false, isGroupedBy = false }: Use = {},
): BuiltResource {
  const { params } = building
  const isGrouped = !isSpread && isAggregated(select, scope.relation)
  const isCompared = isGrouped || (isSpread && isGroupedBy)
  const embeds = new Map<string, BuiltEmbed>()
  for (const item of select) {
    if (item.kind !== 'embed') continue
    if (embeds.has(embedName(item))) throw refuseRepeated(embedName(item))
    embeds.set(embedName(item), buildEmbed(item, shaping, scope, building, isCompared))
  }
  const built = [...embeds.values()]
  const inner = { ...scope, embeds }
  const outputs = buildOutputs(select, inner, params, {
    purpose: isCompared ? 'comparison' : 'output',
    isSpread,
  })
  return {
    outputs: isGrouped ? applyAggregates(outputs) : outputs,
    joins: built.map(({ join }) => join).join(''),
    restrictingJoins: built.map(({ join, restricts }) => (restricts ? join : '')).join(''),
    where: buildWhere(shaping.conditions, inner, params),
    groupBy: isGrouped ? listGroups(outputs) : null,
    order: buildOrder(shaping.order, inner, isOrdered ? params : createParams(), isGrouped ? outputs : null),
  }
}

function buildEmbed(
  embed: Embed,
  parent: Shaping,
  parentScope: Scope,
  building: Building,
  isGroupedBy: boolean,
): BuiltEmbed {
  const { catalog, query } = building
  const relationship = findRelationship(catalog, parentScope.relation, embed.relation, embed.hint)
  const isOne = isToOne(relationship)
  const scope = { relation: relationship.to, role: parentScope.role, alias: `t${countUp(building)}` }
  requireReadable(scope)
  if (relationship.junction !== null) requireReadable({ ...scope, relation: relationship.junction.relation })

  const name = embedName(embed)
  const scoped = findScoped(query, [...parent.path, name])
  const terms = isOne ? parent.order.filter(({ relation }) => relation === name) : []
  const shape = chooseShape(embed, scope, isOne)
  const isInner = embed.join === 'inner'
  const restricts = isInner || parent.conditions.some((condition) => testsEmbed(condition, name))
  const isJoined =
    restricts ||
    terms.length > 0 ||
    shape === 'columns' ||
    shape === 'arrays' ||
    (isGroupedBy && shape !== 'hidden')
  // Neither returned nor joined: only validated.
  const params = shape === 'hidden' && !isJoined ? createParams() : building.params
  const select = shape === 'count' ? [] : embed.select
  const resource = buildResource(
    select,
    scoped,
    scope,
    { ...building, params },
    {
      isOrdered: shape === 'list' || shape === 'arrays',
      isSpread: embed.spread,
      isGroupedBy: isGroupedBy && shape === 'columns',
    },
  )
  if (shape === 'arrays') requireNoAggregate(resource.outputs)
  const conditions = [
    buildLink(relationship, scope, parentScope),
    ...(isOne ? [] : ['webhooks_internal.is_in_time()']),
    ...(resource.where === undefined ? [] : [resource.where]),
  ]
  const { outputs, groupBy, order, joins } = resource
  const from = buildSource(relationship, scope) + joins
  const sortedBy = buildSortedBy(terms, scope, params)
  const where = conditions.join(' and ')
  const body = buildBody(
    { shape, isOne, outputs, from, where, groupBy, order, limits: scoped, sortedBy },
    params,
  )
  const alias = `e${scope.alias.slice(1)}`
  const lateral = `lateral (${body}) as ${alias}`
  return {
    isToOne: isOne && shape !== 'count',
    outputs: listShown(shape, name, outputs, (column) =>
      isJoined ? `${alias}.${column}` : `(select ${alias}.${column} from (${body}) as ${alias})`,
    ).map((output) =>
      isGroupedBy && shape !== 'columns' ? { ...output, sql: `(${output.sql})::jsonb` } : output,
    ),
    join: isJoined ? (isInner ? ` join ${lateral} on ${alias}.found` : ` left join ${lateral} on true`) : '',
    restricts,
    found: `${alias}.found`,
    order: new Map(terms.map((term, index) => [term, `${alias}.o${index}`])),
  }
}

function countUp({ embedded }: Building): number {
  embedded.count += 1
  if (embedded.count <= MAX_EMBEDS) return embedded.count
  throw new ApiError(400, 'PGRST100', verbatim(`a request can embed at most ${MAX_EMBEDS} resources`))
}

function requireReadable({ relation, role }: Scope): void {
  if (listColumns(relation, role, 'select').length === 0) throw forbid(relation)
}

function findScoped({ embedded }: QueryTree, path: readonly string[]): Scoped {
  const isSame = (other: Scoped): boolean =>
    other.path.length === path.length && other.path.every((name, index) => name === path[index])
  return embedded.find(isSame) ?? { path, conditions: [], order: [], limit: null, offset: null }
}

function refuseRepeated(name: string): ApiError {
  return new ApiError(400, 'PGRST100', verbatim(`'${name}' is embedded more than once`), {
    hint: verbatim(`Give each its own alias, such as first:${name}(…),second:${name}(…).`),
  })
}

function requireNoAggregate(outputs: readonly Output[]): void {
  if (outputs.every(({ aggregate }) => aggregate === undefined)) return
  throw new ApiError(400, 'PGRST127', verbatim('Feature not implemented'), {
    details: 'Aggregates are not implemented for one-to-many or many-to-many spreads.',
    hint: verbatim('Embed the rows without the dots.'),
  })
}
