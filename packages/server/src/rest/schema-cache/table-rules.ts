import type { Connection } from '../../database/database.ts'
import type { JsonObject } from '../request/json.ts'
import type { Principal } from '../../domain/principal.ts'

type Eventually<T> = T | Promise<T>

/**
 * Puts fields of the row with this key into the answer to this write, and into no other: a value that was made here
 * and is not readable afterwards. A write whose answer shows no rows is then refused.
 */
export type Disclose = (key: string, fields: JsonObject) => void

/**
 * What a table asks beyond its grants and constraints. The hooks run inside the request's transaction, after the
 * switch to the principal's role: what they query is held apart by row-level security too.
 */
export interface TableRules {
  /** Columns that a body may name; default: what the role is granted. Any other is refused with PGRST204. */
  writable?: readonly string[]
  /**
   * Sees the rows of an insert and may throw an ApiError. Returns rows to store instead, which may name columns
   * beyond `writable`, or undefined: the body is stored as it came, its numbers and key order untouched. `text` is the
   * rows as a JSON array as they came.
   */
  beforeInsert?(
    connection: Connection,
    rows: readonly JsonObject[],
    principal: Principal,
    disclose: Disclose,
    text: string,
  ): Eventually<readonly JsonObject[] | undefined>
  /**
   * Sees a change and the ids of the rows that it is for, locked; also when there are none, so that a wrong value is
   * refused either way. Returns one change per id (an id left out stays as it is), or undefined: the same for all,
   * as it came.
   */
  beforeUpdate?(
    connection: Connection,
    change: JsonObject,
    ids: readonly string[],
    principal: Principal,
    disclose: Disclose,
  ): Eventually<ReadonlyMap<string, JsonObject> | undefined>
  /**
   * 'idempotent': a repeated primary key is no error, and `return=representation` shows the stored row. The organization
   * is part of the key, so that no row of another one is ever met; one that the role cannot see is a conflict: 23505.
   * Whatever `resolution` is preferred: what is stored once is never changed.
   */
  insert?: 'idempotent'
  /** Called once after each committed write. */
  afterCommit?(): void
}

export type Rules = Readonly<Record<string, TableRules>>
