import { Query } from 'pg'
import type { Client, QueryConfig, QueryResult } from 'pg'
import type { Statement } from './database.ts'

/** A statement whose answer nobody needs. */
export interface Prelude {
  statement: Statement
  params: readonly (string | null)[]
}

/** What `pg` has beneath its types; the tests of transactions run over it. */
interface Wire {
  parsedStatements: Readonly<Record<string, string>>
  bind(message: { statement: string; values: readonly (string | null)[] }): void
  execute(message: object): void
}

interface WireQuery {
  prepare(wire: Wire): void
  handleRowDescription(message: object): void
  handleDataRow(message: object): void
  handleCommandComplete(message: object, wire: Wire): void
}

type Callback = (error: Error | null, result: QueryResult) => void

const PgQuery = Query as unknown as new (config: object, callback: Callback) => WireQuery

/**
 * A query with others before it, all in one message and with one answer. The server stops at the first that fails and skips
 * the rest, so that none runs without those before it.
 */
class BundledQuery extends PgQuery {
  readonly #preludes: readonly Prelude[]
  #open: number

  constructor(preludes: readonly Prelude[], config: QueryConfig, callback: Callback) {
    super({ ...config, queryMode: 'extended' }, callback)
    this.#preludes = preludes
    this.#open = preludes.length
  }

  override prepare(wire: Wire): void {
    for (const { statement, params } of this.#preludes) {
      wire.bind({ statement: statement.name, values: params })
      wire.execute({})
    }
    super.prepare(wire)
  }

  override handleDataRow(message: object): void {
    if (this.#open === 0) super.handleDataRow(message)
  }

  override handleCommandComplete(message: object, wire: Wire): void {
    if (this.#open === 0) super.handleCommandComplete(message, wire)
    else this.#open -= 1
  }
}

/** Whether this connection knows the preludes, which have to be prepared: what fails to be is better told by itself. */
export function canBundle(client: Client, preludes: readonly Prelude[]): boolean {
  const { parsedStatements } = (client as unknown as { connection: Wire }).connection
  return preludes.every(({ statement }) => parsedStatements[statement.name] !== undefined)
}

export async function queryBundled(
  client: Client,
  preludes: readonly Prelude[],
  config: QueryConfig,
): Promise<QueryResult> {
  return await new Promise((resolve, reject) => {
    const query = new BundledQuery(preludes, config, (error, result) => {
      if (error === null) resolve(result)
      else reject(error)
    })
    client.query(query as unknown as Query)
  })
}
