import { ApiError } from '../../errors.ts'
import type { Scope } from './build-field.ts'
import { writeCsvHeader } from './build-read.ts'
import type { Output } from './build-read.ts'
import type { Media } from './content-negotiation.ts'
import type { JsonObject } from './json.ts'
import type { Preferences } from './preferences.ts'
import type { Principal } from './principal.ts'
import type { QueryTree } from './query-tree.ts'
import type { TableRules } from './table-rules.ts'

/** A request whose parts have been read and whose table is known. */
export interface TableRequest {
  scope: Scope
  query: QueryTree
  preferences: Preferences
  media: Media
  body: string
  rules: TableRules
  principal: Principal
  /** By key: what the rules show in this answer alone. */
  disclosed: Map<string, JsonObject>
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
