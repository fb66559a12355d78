import { Client, Pool, escapeIdentifier, types as pgTypes } from 'pg'
import type { QueryResultRow } from 'pg'
import type { Connection, Database, Result, Statement } from './database.ts'
import { resultParsers } from './database.ts'

type TypeId = Parameters<typeof pgTypes.getTypeParser>[0]

/** How both drivers read the types of a result. */
export const types = {
  getTypeParser: ((oid: TypeId, format?: 'text' | 'binary') =>
    resultParsers[oid] ?? pgTypes.getTypeParser(oid, format)) as typeof pgTypes.getTypeParser,
}

const FIRST_REDIAL_MS = 100
const LONGEST_REDIAL_MS = 5_000

export interface PostgresOptions {
  url: string
  /** Connections in the pool; one more is opened for LISTEN when that is first asked for. */
  poolSize?: number
  /** Milliseconds after which a statement that was not answered fails, and its connection with it; default: never. */
  queryTimeout?: number
  /** Told of connections lost while idle; the pool replaces them by itself. */
  onConnectionLost?: (error: Error) => void
  /** Settings of every connection, as `name: value`. */
  settings?: Readonly<Record<string, string>>
}

/** A pool on a PostgreSQL server, and one connection for notifications that redials itself. */
export function openPostgres({
  url,
  poolSize = 10,
  queryTimeout = 0,
  onConnectionLost = () => {},
  settings: session = {},
}: PostgresOptions): Database {
  const settings = {
    connectionString: url,
    types,
    application_name: 'connectgain-webhooks',
    keepAlive: true,
    connectionTimeoutMillis: 5_000,
    ...(Object.keys(session).length > 0 ? { options: toOptions(session) } : {}),
  }
  const pool = new Pool({
    ...settings,
    max: poolSize,
    ...(queryTimeout > 0 ? { query_timeout: queryTimeout } : {}),
  })
  pool.on('error', onConnectionLost)
  const ears = createEars(() => new Client(settings), onConnectionLost)
  return {
    engine: 'postgresql',
    ...connect(pool),
    transaction: async (work) => await runTransaction(pool, work),
    listen: ears.listen,
    close: async () => {
      await ears.close()
      await pool.end()
    },
  }
}

function toOptions(session: Readonly<Record<string, string>>): string {
  return Object.entries(session)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ')
}

/** Our interface to what `pg` runs statements with. */
export function connect(target: Pick<Client, 'query'>): Connection {
  return {
    async query<R extends object>(
      statement: Statement | string,
      params: readonly unknown[] = [],
    ): Promise<Result<R>> {
      const config = typeof statement === 'string' ? { text: statement } : statement
      const { rows, rowCount } = await target.query<R & QueryResultRow>({ ...config, values: [...params] })
      return { rows, rowCount: rowCount ?? rows.length }
    },
    async execute(script) {
      await target.query(script)
    },
  }
}

async function runTransaction<T>(pool: Pool, work: (connection: Connection) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let broken: Error | undefined
  // Without a listener a connection that dies between two statements would end the process.
  const onError = (error: Error): void => {
    broken = error
  }
  client.on('error', onError)
  try {
    return await inTransaction(client, work, onError)
  } finally {
    client.off('error', onError)
    client.release(broken)
  }
}

/** @param onBroken told when the connection does not even roll back */
export async function inTransaction<T>(
  client: Pick<Client, 'query'>,
  work: (connection: Connection) => Promise<T>,
  onBroken: (error: Error) => void = () => {},
): Promise<T> {
  try {
    await client.query('begin')
    const result = await work(connect(client))
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback').catch(onBroken)
    throw error
  }
}

interface Ears {
  listen(channel: string, onNotify: (payload: string) => void): Promise<void>
  close(): Promise<void>
}

/** One LISTEN connection for all channels. A lost one is redialled with growing waits until it is back. */
function createEars(newClient: () => Client, onLost: (error: Error) => void): Ears {
  const callbacks = new Map<string, (payload: string) => void>()
  let client: Client | undefined
  let redial: NodeJS.Timeout | undefined
  let closed = false

  async function dial(): Promise<void> {
    const fresh = newClient()
    fresh.on('notification', ({ channel, payload }) => callbacks.get(channel)?.(payload ?? ''))
    fresh.on('error', onLost)
    fresh.on('end', () => {
      if (client === fresh && !closed) redialAfter(FIRST_REDIAL_MS)
    })
    await fresh.connect()
    for (const channel of callbacks.keys()) await fresh.query(`listen ${escapeIdentifier(channel)}`)
    client = fresh
  }

  function redialAfter(wait: number): void {
    client = undefined
    redial = setTimeout(() => {
      dial().then(
        () => callbacks.forEach((onNotify) => onNotify('')),
        (error: Error) => {
          onLost(error)
          if (!closed) redialAfter(Math.min(wait * 2, LONGEST_REDIAL_MS))
        },
      )
    }, wait)
  }

  return {
    async listen(channel, onNotify) {
      callbacks.set(channel, onNotify)
      if (client === undefined && redial === undefined) await dial()
      else await client?.query(`listen ${escapeIdentifier(channel)}`)
    },
    async close() {
      closed = true
      clearTimeout(redial)
      await client?.end()
    },
  }
}
