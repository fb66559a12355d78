import { Client, Pool, escapeIdentifier, types as pgTypes } from 'pg'
import type { ClientBase } from 'pg'
import type { Database, Transaction, Unlisten } from './database.ts'
import { resultParsers } from './database.ts'
import { connect } from './run-statement.ts'
import { inTransaction } from './transaction.ts'

type TypeId = Parameters<typeof pgTypes.getTypeParser>[0]

/** The type parsers of both drivers. */
export const types = {
  getTypeParser: ((oid: TypeId, format?: 'text' | 'binary') =>
    resultParsers[oid] ?? pgTypes.getTypeParser(oid, format)) as typeof pgTypes.getTypeParser,
}

const MIN_REDIAL_MS = 100
const MAX_REDIAL_MS = 5_000
/** A connection that only listens cannot notice that it is dead, so it is probed at this interval. */
const LISTENER_PROBE_INTERVAL_MS = 10_000
const LISTENER_PROBE_TIMEOUT_MS = 5_000
/**
 * A client that disappears without closing its connection leaves its transaction open on the server, and its locks keep
 * events from other nodes. Our transactions never idle this long between two statements.
 */
const SESSION_TIMEOUTS = { idle_in_transaction_session_timeout: '15s' }

export interface PostgresOptions {
  url: string
  /** Connections in the pool; the first `listen` opens one more. */
  poolSize?: number
  /** Milliseconds after which an unanswered statement fails, together with its connection; default: never. */
  queryTimeout?: number
  /** Called for connections lost while idle; the pool replaces them. */
  onConnectionLost?: (error: Error) => void
  /** Settings of every connection, as `name: value`. */
  settings?: Readonly<Record<string, string>>
}

/** Opens a pool on a PostgreSQL server, and one connection for notifications that reconnects when it is lost. */
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
  }
  const applySettings = prepareSettings({ ...SESSION_TIMEOUTS, ...session })
  // The pool awaits it, although its types declare no result.
  const hooks = { onConnect: applySettings }
  const pool = new Pool({
    ...settings,
    max: poolSize,
    ...hooks,
    ...(queryTimeout > 0 ? { query_timeout: queryTimeout } : {}),
  })
  pool.on('error', onConnectionLost)
  const notifications = createNotificationListener(
    () => new Client({ ...settings, query_timeout: LISTENER_PROBE_TIMEOUT_MS }),
    applySettings,
    onConnectionLost,
  )
  return {
    engine: 'postgresql',
    ...connect(pool),
    transaction: async (work) => await runTransaction(pool, work),
    listen: notifications.listen,
    close: async () => {
      await notifications.close()
      await pool.end()
    },
  }
}

/** Applies the settings by a statement instead of the startup message: poolers refuse or ignore `options` there. */
function prepareSettings(session: Readonly<Record<string, string>>): (client: ClientBase) => Promise<void> {
  const places = Object.keys(session).map(
    (_, index) => `set_config($${2 * index + 1}, $${2 * index + 2}, false)`,
  )
  const query = { text: `select ${places.join(', ')}`, values: Object.entries(session).flat() }
  return async (client) => void (await client.query(query))
}

async function runTransaction<T>(pool: Pool, work: (connection: Transaction) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let broken: Error | undefined
  // Without a listener, a connection that dies between two statements would end the process.
  const onError = (error: Error): void => {
    broken = error
  }
  client.on('error', onError)
  try {
    return await inTransaction(client, work, { onNoResponse: onError, isLost: () => broken !== undefined })
  } finally {
    client.off('error', onError)
    client.release(broken)
  }
}

interface NotificationListener {
  listen(channel: string, onNotify: (payload: string) => void): Promise<Unlisten>
  close(): Promise<void>
}

/** Creates one LISTEN connection for all channels. A lost connection is reopened, with growing delays. */
function createNotificationListener(
  newClient: () => Client,
  applySettings: (client: ClientBase) => Promise<void>,
  onLost: (error: Error) => void,
): NotificationListener {
  const callbacks = new Map<string, (payload: string) => void>()
  let client: Client | undefined
  let dialing: Promise<void> | undefined
  let redial: NodeJS.Timeout | undefined
  let probeTimer: NodeJS.Timeout | undefined
  let closed = false

  async function dial(): Promise<void> {
    dialing ??= open().finally(() => (dialing = undefined))
    await dialing
  }

  async function open(): Promise<void> {
    const fresh = newClient()
    fresh.on('notification', ({ channel, payload }) => callbacks.get(channel)?.(payload ?? ''))
    fresh.on('error', onLost)
    fresh.on('end', () => {
      if (client === fresh && !closed) redialAfter(MIN_REDIAL_MS)
    })
    await fresh.connect()
    await applySettings(fresh)
    for (const channel of callbacks.keys()) await fresh.query(`listen ${escapeIdentifier(channel)}`)
    if (callbacks.size === 0) {
      await fresh.end()
      return
    }
    client = fresh
    probeListener(fresh)
  }

  /**
   * When the network drops the connection silently, neither side notices. Without this probe, notifications would be
   * lost for hours.
   */
  function probeListener(probed: Client): void {
    clearTimeout(probeTimer)
    probeTimer = setTimeout(() => {
      probed.query('select 1').then(
        () => {
          if (client === probed && !closed) probeListener(probed)
        },
        // Closes the connection at once, without a message to the server: `end` follows.
        () => void probed.end().catch(onLost),
      )
    }, LISTENER_PROBE_INTERVAL_MS).unref()
  }

  function redialAfter(wait: number): void {
    client = undefined
    redial = setTimeout(() => {
      if (callbacks.size === 0) return
      dial().then(
        () => callbacks.forEach((onNotify) => onNotify('')),
        (error: Error) => {
          onLost(error)
          if (!closed) redialAfter(Math.min(wait * 2, MAX_REDIAL_MS))
        },
      )
    }, wait)
  }

  /** Ends the connection with its last channel. */
  async function unlisten(channel: string): Promise<void> {
    callbacks.delete(channel)
    if (callbacks.size > 0) {
      await client?.query(`unlisten ${escapeIdentifier(channel)}`)
      return
    }
    clearTimeout(redial)
    clearTimeout(probeTimer)
    redial = undefined
    const ended = client
    client = undefined
    await ended?.end()
  }

  return {
    async listen(channel, onNotify) {
      callbacks.set(channel, onNotify)
      if (client === undefined && redial === undefined) await dial()
      // The connection may have been opened for an earlier channel.
      await client?.query(`listen ${escapeIdentifier(channel)}`)
      return () => unlisten(channel)
    },
    async close() {
      closed = true
      clearTimeout(redial)
      clearTimeout(probeTimer)
      await client?.end()
    },
  }
}
