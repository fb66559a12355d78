import { Query } from 'pg'
import type { Client, QueryConfig, QueryResult } from 'pg'
import type { Statement } from './database.ts'

/** A statement whose answer nobody needs. */
export interface Unanswered {
  statement: Statement
  params: readonly (string | null)[]
}

/** A query, and what goes before and after it. */
export interface Bundle {
  before: readonly Unanswered[]
  query: QueryConfig
  after: readonly Unanswered[]
}

/** What `pg` has beneath its types; the tests of transactions run over it. */
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
 * A query with others around it, all in one message and with one answer. The server stops at the first that fails and skips
 * the rest, so that none runs without those before it.
 */
class BundledQuery extends PgQuery {
  readonly #bundle: Bundle
  /** Statements that the server has completed. */
  #completed = 0

  constructor(bundle: Bundle, callback: Callback) {
    super({ ...bundle.query, queryMode: 'extended' }, callback)
    this.#bundle = bundle
  }

  override prepare(wire: Wire): void {
    for (const each of this.#bundle.before) send(wire, each)
    super.prepare(wire)
  }

  /** Where `pg` runs what it has bound and asks for the answer. */
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

function send(wire: Wire, { statement, params }: Unanswered): void {
  wire.bind({ statement: statement.name, values: params })
  wire.execute({})
}

/** Whether this connection knows these already, as it has to: what cannot be prepared is better told by itself. */
export function canBundle(client: Client, statements: readonly Unanswered[]): boolean {
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
