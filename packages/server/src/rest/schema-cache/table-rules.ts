import type { Connection } from '../../database/database.ts'
import type { JsonObject } from '../request/json.ts'
import type { Principal } from '../../domain/principal.ts'

type Eventually<T> = T | Promise<T>

/**
 * Adds fields to the row with this key in the response to this write only: generated values that cannot be read later.
 * A write whose response shows no rows is then refused.
 */
export type RevealOnce = (key: string, fields: JsonObject) => void

/**
 * Rules of a table beyond its grants and constraints. The hooks run inside the request's transaction, after the switch
 * to the principal's role, so row-level security applies to their queries too.
 */
export interface TableRules {
  /** Columns that a body may name; default: the columns granted to the role. Any other is refused with PGRST204. */
  writable?: readonly string[]
  /**
   * Receives the rows of an insert and may throw an ApiError. Returns the rows to store instead, which may have columns
   * beyond `writable`, or undefined to store the body as sent, with its numbers and key order. `text` is the rows as a
   * JSON array, as sent.
   */
  beforeInsert?(
    connection: Connection,
    rows: readonly JsonObject[],
    principal: Principal,
    revealOnce: RevealOnce,
    text: string,
  ): Eventually<readonly JsonObject[] | undefined>
  /**
   * Receives a change and the locked ids of its rows. Also called without any row, so that an invalid value is always
   * refused. Returns one change per id (an omitted id stays unchanged), or undefined to apply the change as sent to all
   * rows.
   */
  beforeUpdate?(
    connection: Connection,
    change: JsonObject,
    ids: readonly string[],
    principal: Principal,
    revealOnce: RevealOnce,
  ): Eventually<ReadonlyMap<string, JsonObject> | undefined>
  /**
   * 'idempotent': a repeated primary key is no error, and `return=representation` returns the stored row. The
   * organization is part of the key, so another organization's row is never affected; a row that the role cannot see is
   * a conflict: 23505. Stored rows never change, whatever `resolution` is preferred.
   */
  insert?: 'idempotent'
  /** Called once after each committed write. */
  afterCommit?(): void
}

export type Rules = Readonly<Record<string, TableRules>>
