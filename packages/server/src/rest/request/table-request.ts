import { ApiError } from '../../domain/errors.ts'
import { buildResource } from '../query/build-embed.ts'
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
import type { Params } from '../query/sql-text.ts'
import type { TableRules } from '../schema-cache/table-rules.ts'

/** A request whose parts have been read and whose table is known. */
export interface TableRequest {
  catalog: Catalog
  scope: Scope
  query: QueryTree
  preferences: Preferences
  media: Media
  body: string
  rules: TableRules
  principal: Principal
  /** Whether statements look at the time themselves, row by row: the embedded database cannot be interrupted. */
  isTimed: boolean
  /** By key: what the rules show in this answer alone. */
  disclosed: Map<string, JsonObject>
}

/** SQL: true, or the statement fails because its time is over. */
export const ROW_IN_TIME = 'webhooks_internal.is_row_in_time()'

/** What a read selects, from which rows and in which order. */
export function buildSelected({ catalog, query, scope }: TableRequest, params: Params): BuiltResource {
  return buildResource(query.select, query.root, scope, { catalog, query, params, embedded: { count: 0 } })
}

/** What a write shows of its rows. Its filter is about what is changed, and has been followed by then. */
export function buildReturned({ catalog, query, scope }: TableRequest, params: Params): BuiltResource {
  const shaping = { ...query.root, conditions: [] }
  return buildResource(query.select, shaping, scope, { catalog, query, params, embedded: { count: 0 } })
}

/** The one row that a statement of `buildAnswer` gives. */
export interface AnswerRow {
  body: string | null
  row_count: number
}

export function finishBody(body: string, outputs: readonly Output[], media: Media): string {
  return media.format === 'csv' ? `${writeCsvHeader(outputs)}\n${body}` : body
}

/** Refuses anything but one row where one object was asked for; thrown in the transaction, it undoes a write. */
export function requireSingle(media: Media, rowCount: number): void {
  if (media.format !== 'object' || rowCount === 1) return
  throw new ApiError(406, 'PGRST116', 'Cannot coerce the result to a single JSON object', {
    details: `The result contains ${rowCount} rows`,
  })
}

/** Refuses, and thereby undoes, a write that made a value nobody would ever see. */
export function requireShown({ disclosed, preferences, query: { root } }: TableRequest): void {
  const isShownWhole = preferences.return === 'representation' && root.limit === null && root.offset === null
  if (disclosed.size === 0 || isShownWhole) return
  throw new ApiError(
    400,
    'PGRST122',
    'A value was asked for that is shown in the answer to this request only',
    {
      hint: 'Ask for the whole answer: Prefer: return=representation, without limit and offset.',
    },
  )
}

export function requireAffected({ maxAffected }: Preferences, affected: number): void {
  if (maxAffected === null || affected <= maxAffected) return
  throw new ApiError(400, 'PGRST124', 'Query result exceeds max-affected preference constraint', {
    details: `The query affects ${affected} rows`,
  })
}
