import type { BuiltEmbed } from './scope.ts'
import { ApiError } from '../../domain/errors.ts'
import type { Scope } from './scope.ts'
import { buildOrder, buildOutputs } from './build-read.ts'
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
  order: string
}

export type Shaping = Pick<Scoped, 'path' | 'conditions' | 'order'>

/**
 * Builds select list, filter and order of a resource, and recursively of its embedded resources. An unused order is
 * only validated: PostgreSQL rejects parameters that the text does not use.
 */
export function buildResource(
  select: readonly SelectItem[],
  shaping: Shaping,
  scope: Scope,
  building: Building,
  { isOrdered = true }: { isOrdered?: boolean } = {},
): BuiltResource {
  const embeds = new Map<string, BuiltEmbed>()
  for (const item of select) {
    if (item.kind !== 'embed') continue
    if (embeds.has(embedName(item))) throw refuseRepeated(embedName(item))
    embeds.set(embedName(item), buildEmbed(item, shaping, scope, building))
  }
  const built = [...embeds.values()]
  const inner = { ...scope, embeds }
  return {
    outputs: buildOutputs(select, inner, building.params),
    joins: built.map(({ join }) => join).join(''),
    restrictingJoins: built.map(({ join, restricts }) => (restricts ? join : '')).join(''),
    where: buildWhere(shaping.conditions, inner, building.params),
    order: buildOrder(shaping.order, inner, isOrdered ? building.params : createParams()),
  }
}

function buildEmbed(embed: Embed, parent: Shaping, parentScope: Scope, building: Building): BuiltEmbed {
  const { catalog, query } = building
  const relationship = findRelationship(catalog, parentScope.relation, embed.relation, embed.hint)
  const isOne = isToOne(relationship)
  if (embed.spread && !isOne) throw refuseSpread(parentScope.relation.name, relationship.to.name)
  const scope = { relation: relationship.to, role: parentScope.role, alias: `t${countUp(building)}` }
  requireReadable(scope)
  if (relationship.junction !== null) requireReadable({ ...scope, relation: relationship.junction.relation })

  const name = embedName(embed)
  const scoped = findScoped(query, [...parent.path, name])
  const terms = isOne ? parent.order.filter(({ relation }) => relation === name) : []
  const shape = chooseShape(embed, scope, isOne)
  const isInner = embed.join === 'inner'
  const restricts = isInner || parent.conditions.some((condition) => testsEmbed(condition, name))
  const isJoined = restricts || shape === 'columns' || terms.length > 0
  // Neither returned nor joined: only validated.
  const params = shape === 'hidden' && !isJoined ? createParams() : building.params
  const select = shape === 'count' ? [] : embed.select
  const isOrdered = shape === 'list'
  const resource = buildResource(select, scoped, scope, { ...building, params }, { isOrdered })
  const conditions = [
    buildLink(relationship, scope, parentScope),
    ...(isOne ? [] : ['webhooks_internal.is_in_time()']),
    ...(resource.where === undefined ? [] : [resource.where]),
  ]
  const { outputs, order, joins } = resource
  const from = buildSource(relationship, scope) + joins
  const sortedBy = buildSortedBy(terms, scope, params)
  const where = conditions.join(' and ')
  const body = buildBody({ shape, isOne, outputs, from, where, order, limits: scoped, sortedBy }, params)
  const alias = `e${scope.alias.slice(1)}`
  const lateral = `lateral (${body}) as ${alias}`
  return {
    isToOne: isOne && shape !== 'count',
    outputs: listShown(shape, name, outputs, (column) =>
      isJoined ? `${alias}.${column}` : `(select ${alias}.${column} from (${body}) as ${alias})`,
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
  throw new ApiError(400, 'PGRST100', `a request can embed at most ${MAX_EMBEDS} resources`)
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
  return new ApiError(400, 'PGRST100', `'${name}' is embedded more than once`, {
    hint: `Give each its own alias, such as first:${name}(…),second:${name}(…).`,
  })
}

function refuseSpread(from: string, to: string): ApiError {
  return new ApiError(400, 'PGRST127', 'Feature not implemented', {
    details: `'${from}' and '${to}' do not form a many-to-one or one-to-one relationship: there is no one row to spread.`,
    hint: `Embed it as a list: ${to}(…).`,
  })
}
