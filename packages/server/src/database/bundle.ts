import { Query } from 'pg'
import type { Client, QueryConfig, QueryResult } from 'pg'
import type { Statement } from './database.ts'

/** A statement whose result is not needed. */
export interface SideStatement {
  statement: Statement<object>
  params: readonly (string | null)[]
}

/** A query with the statements to run before and after it. */
export interface Bundle {
  before: readonly SideStatement[]
  query: QueryConfig
  after: readonly SideStatement[]
}

/** The parts of `pg` below its public types that this file uses. The transaction tests cover them. */
interface Wire {
  parsedStatements: Readonly<Record<string, string>>
  bind(message: { statement: string; values: readonly (string | null)[] }): void
  execute(message: object): void
  sync(): void
}

interface WireQuery {
  prepare(wire: Wire): void
  _getRows(wire: Wire): void
  handleDataRow(message: object): void
  handleCommandComplete(message: object, wire: Wire): void
}

type Callback = (error: Error | null, result: QueryResult) => void

const PgQuery = Query as unknown as new (config: object, callback: Callback) => WireQuery

/**
 * A query and the statements around it, sent as one message with one reply. The server stops at the first statement
 * that fails and skips the rest, so no statement runs without those before it.
 */
class BundledQuery extends PgQuery {
  readonly #bundle: Bundle
  /** Number of statements that the server has completed. */
  #completed = 0

  constructor(bundle: Bundle, callback: Callback) {
    super({ ...bundle.query, queryMode: 'extended' }, callback)
    this.#bundle = bundle
  }

  override prepare(wire: Wire): void {
    for (const each of this.#bundle.before) send(wire, each)
    super.prepare(wire)
  }

  /** `pg` calls this after Bind, to execute the portal and request the reply. */
  override _getRows(wire: Wire): void {
    wire.execute({})
    for (const each of this.#bundle.after) send(wire, each)
    wire.sync()
  }

  override handleDataRow(message: object): void {
    if (this.#isAnswer()) super.handleDataRow(message)
  }

  override handleCommandComplete(message: object, wire: Wire): void {
    if (this.#isAnswer()) super.handleCommandComplete(message, wire)
    this.#completed += 1
  }

  #isAnswer(): boolean {
    return this.#completed === this.#bundle.before.length
  }
}

function send(wire: Wire, { statement, params }: SideStatement): void {
  wire.bind({ statement: statement.name, values: params })
  wire.execute({})
}

/**
 * Tests if the connection has prepared all statements, which bundling requires. A statement that cannot be prepared
 * gives a clearer error when it runs alone.
 */
export function canBundle(client: Client, statements: readonly SideStatement[]): boolean {
  const { parsedStatements } = (client as unknown as { connection: Wire }).connection
  return statements.every(({ statement }) => parsedStatements[statement.name] !== undefined)
}

export async function queryBundled(client: Client, bundle: Bundle): Promise<QueryResult> {
  return await new Promise((resolve, reject) => {
    const query = new BundledQuery(bundle, (error, result) => {
      if (error === null) resolve(result)
      else reject(error)
    })
    client.query(query as unknown as Query)
  })
}
