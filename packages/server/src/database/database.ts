/** A row as the drivers give it: json and jsonb stay raw text, bigint is a number, timestamptz a Date. */
export type Row = Record<string, unknown>

export interface Result<R> {
  rows: R[]
  /** Rows written, for a statement without RETURNING; otherwise rows returned. */
  rowCount: number
}

/** SQL that PostgreSQL may keep prepared under `name`; see `loadStatement`. */
export interface Statement {
  readonly name: string
  readonly text: string
}

export interface Connection {
  query<R extends object = Row>(
    statement: Statement | string,
    params?: readonly unknown[],
  ): Promise<Result<R>>
  /** Several statements at once, without parameters: migrations. */
  execute(script: string): Promise<void>
}

/** A connection within a transaction. */
export interface Transaction extends Connection {
  /**
   * Runs a statement before the next query, in the same message to the server, which saves waiting for an answer that nobody
   * needs. Should it fail, then that query fails in its place and has done nothing.
   */
  ahead(statement: Statement, params: readonly (string | null)[]): void
  /** The last query: commits in the same message. Resolves when that is done; nothing may be asked afterwards. */
  finish<R extends object = Row>(
    statement: Statement | string,
    params?: readonly unknown[],
  ): Promise<Result<R>>
}

/**
 * PostgreSQL or the embedded PGlite. The two drivers are the only place that knows which of them runs: every
 * statement is written once. `query` runs alone, in its own transaction.
 */
export interface Database extends Connection {
  readonly engine: 'postgresql' | 'pglite'
  /** Begins with the first statement of `work`, commits when it resolves, rolls back when it rejects. */
  transaction<T>(work: (connection: Transaction) => Promise<T>): Promise<T>
  /**
   * Calls back on each NOTIFY until `close`. A notification is a hint: after a lost connection `onNotify` is called
   * once with an empty payload, because anything may have been missed.
   */
  listen(channel: string, onNotify: (payload: string) => void): Promise<void>
  close(): Promise<void>
}

/** An error that PostgreSQL itself answered with, from either driver. */
export interface DatabaseError extends Error {
  code: string
  detail?: string
  hint?: string
  constraint?: string
  column?: string
  table?: string
}

export function isDatabaseError(thrown: unknown): thrown is DatabaseError {
  return thrown instanceof Error && /^[0-9A-Z]{5}$/.test((thrown as { code?: string }).code ?? '')
}

const JSON_OID = 114
const JSONB_OID = 3802
const INT8_OID = 20

const asText = (text: string): string => text

/** Result parsers by type OID that both drivers share. */
export const resultParsers: Readonly<Record<number, (text: string) => unknown>> = {
  [JSON_OID]: asText,
  [JSONB_OID]: asText,
  [INT8_OID]: Number,
}
