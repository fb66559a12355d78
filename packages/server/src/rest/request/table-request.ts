import { verbatim } from '../../domain/messages/phrase.ts'
import { ApiError } from '../../domain/errors.ts'
import { buildResource } from '../query/build-embed.ts'
import { isAggregated } from '../query/group-rows.ts'
import type { BuiltResource } from '../query/build-embed.ts'
import type { Scope } from '../query/scope.ts'
import { writeCsvHeader } from '../query/build-read.ts'
import type { Output } from '../query/scope.ts'
import type { Catalog } from '../schema-cache/schema.ts'
import type { Media } from './content-negotiation.ts'
import type { JsonObject } from './json.ts'
import type { Preferences } from './preferences.ts'
import type { Principal } from '../../domain/principal.ts'
import type { QueryTree } from './query-tree.ts'
import type { Body } from './read-rows.ts'
import type { Params } from '../query/sql-text.ts'
import type { TableRules } from '../schema-cache/table-rules.ts'

/** A parsed request whose table is known. */
export interface TableRequest {
  catalog: Catalog
  scope: Scope
  query: QueryTree
  preferences: Preferences
  media: Media
  body: Body
  rules: TableRules
  principal: Principal
  /** True if statements check the time row by row, because the embedded database cannot be interrupted. */
  isTimed: boolean
  /** By key: fields that the rules reveal in this response only. */
  oneTimeFields: Map<string, JsonObject>
}

/** What a read needs of it. */
export type ReadRequest = Pick<
  TableRequest,
  'catalog' | 'scope' | 'query' | 'preferences' | 'media' | 'isTimed'
>

/** SQL: true, or fails once the statement's time is over. */
export const ROW_IN_TIME = 'webhooks_internal.is_row_in_time()'

/** Builds select list, filter and order of a read. */
export function buildSelected({ catalog, query, scope }: ReadRequest, params: Params): BuiltResource {
  return buildResource(query.select, query.root, scope, { catalog, query, params, embedded: { count: 0 } })
}

/**
 * Builds the rows that a write returns. The request's filter only selects the rows to change, so it is not applied
 * again.
 */
export function buildReturned({ catalog, query, scope }: TableRequest, params: Params): BuiltResource {
  const shaping = { ...query.root, conditions: [] }
  return buildResource(query.select, shaping, scope, { catalog, query, params, embedded: { count: 0 } })
}

/** The single row that a statement of `buildResponseQuery` returns. */
export interface ResponseRow {
  body: string | null
  row_count: number
}

export function finishBody(body: string, outputs: readonly Output[], media: Media): string {
  return media.format === 'csv' ? `${writeCsvHeader(outputs)}\n${body}` : body
}

/**
 * Refuses any number of rows but one if a single object was requested. Thrown inside the transaction, it rolls back a
 * write.
 */
export function requireSingle(media: Media, rowCount: number): void {
  if (media.format !== 'object' || rowCount === 1) return
  throw new ApiError(406, 'PGRST116', verbatim('Cannot coerce the result to a single JSON object'), {
    details: `The result contains ${rowCount} rows`,
  })
}

/** Refuses, and so rolls back, a write that generated a value which the response does not include. */
export function requireShown({ oneTimeFields, preferences, query, scope }: TableRequest): void {
  const { root, select } = query
  const isShownWhole = preferences.return === 'representation' && root.limit === null && root.offset === null
  if (oneTimeFields.size === 0 || (isShownWhole && !isAggregated(select, scope.relation))) return
  throw new ApiError(400, 'PGRST122', verbatim('The request returns a value that is shown only once'), {
    hint: verbatim(
      'Request the whole response: Prefer: return=representation, without limit, offset and aggregates.',
    ),
  })
}

export function requireAffected({ maxAffected }: Preferences, affected: number): void {
  if (maxAffected === null || affected <= maxAffected) return
  throw new ApiError(400, 'PGRST124', verbatim('Query result exceeds max-affected preference constraint'), {
    details: `The query affects ${affected} rows`,
  })
}
