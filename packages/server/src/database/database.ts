/** A row as the drivers return it: json and jsonb stay raw text, bigint is a number, timestamptz a Date. */
export type Row = Record<string, unknown>

export interface Result<R> {
  rows: R[]
  /** Rows written, for a statement without RETURNING; otherwise rows returned. */
  rowCount: number
}

/** SQL that PostgreSQL may keep prepared under `name`, with the type of its rows; see `typedStatement`. */
export interface Statement<R extends object = never> {
  readonly name: string
  readonly text: string
  /** Never set: it carries the type. */
  readonly row?: R
}

/** A statement and its parameters, as `query` takes them. */
export type Query<R extends object> = [statement: Statement<R> | string, params?: readonly unknown[]]

export interface Connection {
  query<R extends object = Row>(...query: Query<R>): Promise<Result<R>>
  /** Runs several statements at once, without parameters. For migrations. */
  execute(script: string): Promise<void>
}

/** A connection inside a transaction. */
export interface Transaction extends Connection {
  /**
   * Sends a statement with the next query, in the same message, which saves a round trip. If it fails, that query fails
   * in its place, without any effect.
   */
  ahead(statement: Statement<object>, params: readonly (string | null)[]): void
  /** Runs the last query of the transaction and commits in the same message. No other query may follow. */
  finish<R extends object = Row>(...query: Query<R>): Promise<Result<R>>
}

/**
 * PostgreSQL or the embedded PGlite. Only the two drivers know which one runs: every statement is written once. `query`
 * runs in a transaction of its own.
 */
export interface Database extends Connection {
  readonly engine: 'postgresql' | 'pglite'
  /** Begins with the first statement of `work`, commits when it resolves, rolls back when it rejects. */
  transaction<T>(work: (connection: Transaction) => Promise<T>): Promise<T>
  /**
   * Calls `onNotify` for each NOTIFY until `close`, or until the function that it returns is called. A notification is a
   * hint: after a lost connection `onNotify` is called once with an empty payload, because notifications may have been
   * missed.
   */
  listen(channel: string, onNotify: (payload: string) => void): Promise<Unlisten>
  close(): Promise<void>
}

export type Unlisten = () => Promise<void>

/** An error response of PostgreSQL, from either driver. */
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

/** Result parsers by type OID, shared by both drivers. */
export const resultParsers: Readonly<Record<number, (text: string) => unknown>> = {
  [JSON_OID]: asText,
  [JSONB_OID]: asText,
  [INT8_OID]: Number,
}
