import { phrase } from '../../domain/messages/phrase.ts'
import type { WebSocket } from 'ws'
import type { Database } from '../../database/database.ts'
import type { Clock } from '../../domain/clock.ts'
import { RestError } from '../../domain/errors.ts'
import type { Rest } from '../../rest/rest.ts'
import type { Authenticate } from '../auth/authenticate.ts'
import { toNetwork } from '../limits/admission.ts'
import type { Admission } from '../limits/admission.ts'
import { Channels } from './channels.ts'
import { RealtimeClient } from './client.ts'
import type { ClientEvents, ConnectionInfo, DisconnectCause } from './client.ts'
import { Followers } from './followers.ts'
import { createRowReader } from './read-rows.ts'
import { Sources } from './sources.ts'
import { Subscriptions } from './subscriptions.ts'

/** Interval of the checks of all clients. With the 30 seconds that tokens are accepted late, an end takes effect in a minute. */
const CHECK_INTERVAL_MS = 10_000
/** supabase-js sends a heartbeat every 25 seconds. */
const MAX_SILENCE_MS = 60_000
/** A connection without a channel ends; supabase-js closes one itself after 50 seconds. */
const MAX_UNUSED_MS = 120_000
/** The same for one that has not shown a credential. */
const MAX_UNKNOWN_MS = 15_000
/** Connections of one address that have not shown a credential. */
const MAX_UNKNOWN_PER_ADDRESS = 100
/** Bytes that may wait for all clients together. */
const MAX_BUFFERED_BYTES = 64 * 1024 * 1024
/** Messages between two checks of that. */
const MESSAGES_PER_CHECK = 64

export interface RealtimeMetrics {
  realtimeMessage(): void
  realtimeDisconnect(cause: DisconnectCause): void
  watchRealtime(count: () => { clients: number; channels: number }): void
}

export interface RealtimeOptions {
  rest: Rest
  database: Database
  admission: Admission
  authenticate: Authenticate
  clock: Clock
  metrics: RealtimeMetrics
  maxClients: number
  maxClientsPerOrganization: number
  onFailure(error: unknown): void
  /** For tests: the intervals, in milliseconds. */
  checkEvery?: number
  pollEvery?: number
}

export interface Realtime {
  /** @throws RestError when there are as many connections as there may be */
  requireRoom(address: string): void
  connect(socket: WebSocket, info: ConnectionInfo): void
  /** Closes all connections, and resolves when they are closed. */
  close(): Promise<void>
}

/** Serves connections of `/realtime/v1`. Nothing runs while there are none. */
export function createRealtime(options: RealtimeOptions): Realtime {
  const { rest, clock, metrics, maxClients, onFailure, checkEvery = CHECK_INTERVAL_MS } = options
  const clients = new Set<RealtimeClient>()
  const now = (): number => clock.now()
  const followers = new Followers(now)
  const subscriptions = new Subscriptions(rest)
  const keyOf = (table: string): string => subscriptions.keyOf(table)
  const sources = new Sources({ ...options, followers, now, keyOf, readRows: createRowReader(rest) })
  const requireShare = (client: RealtimeClient, organizationId: string | null): void =>
    requireShareOf(clients, client, organizationId, options.maxClientsPerOrganization)
  const channels = new Channels({
    ...options,
    followers,
    sources,
    subscriptions,
    requireRoom: requireShare,
    now,
  })
  let timer: NodeJS.Timeout | undefined
  let messages = 0
  let isClosing = false

  metrics.watchRealtime(() => ({
    clients: clients.size,
    channels: [...clients].reduce((sum, client) => sum + client.channels.size, 0),
  }))

  const events: ClientEvents = {
    now,
    onFrame: (client, frame) => channels.serve(client, frame),
    onDisconnect(client, cause) {
      metrics.realtimeDisconnect(cause)
      channels.leaveAll(client)
    },
    onClose(client) {
      clients.delete(client)
      channels.leaveAll(client)
      if (clients.size === 0) clearInterval(timer)
    },
    onMessageSent() {
      metrics.realtimeMessage()
      messages += 1
      if (messages % MESSAGES_PER_CHECK === 0) relieve(clients)
    },
  }

  return {
    requireRoom(address) {
      const unknown = [...clients].filter(
        ({ joinedAt, info }) => joinedAt === undefined && toNetwork(info.address) === toNetwork(address),
      )
      if (!isClosing && clients.size < maxClients && unknown.length < MAX_UNKNOWN_PER_ADDRESS) return
      throw new RestError(429, 'PT429', phrase('realtime.open'), {
        hint: phrase('hint.realtimeClients'),
        headers: { 'retry-after': '5' },
      })
    },
    connect(socket, info) {
      if (clients.size === 0)
        timer = setInterval(() => check(clients, channels, now(), onFailure), checkEvery)
      clients.add(new RealtimeClient(socket, info, events))
    },
    async close() {
      isClosing = true
      clearInterval(timer)
      const closed = [...clients].map((client) => client.closed)
      for (const client of clients) client.disconnect('stopped', 'the server stops')
      await Promise.all([sources.stop(), ...closed])
    },
  }
}

/** @throws RestError */
function requireShareOf(
  clients: Iterable<RealtimeClient>,
  client: RealtimeClient,
  organizationId: string | null,
  limit: number,
): void {
  const ofOrganization = [...clients].filter(
    (other) =>
      other !== client &&
      [...other.channels.values()].some(({ principal }) => principal.organizationId === organizationId),
  )
  if (ofOrganization.length < limit) return
  throw new RestError(429, 'PT429', phrase('realtime.ofOrganization'), {
    hint: phrase('hint.realtimeOrganization', { count: limit }),
    headers: {},
  })
}

/** Ends the connections for which most waits, until what waits is within the limit. */
function relieve(clients: Iterable<RealtimeClient>): void {
  const waiting = [...clients].filter((client) => !client.isEnding && client.bufferedBytes > 0)
  let total = waiting.reduce((sum, client) => sum + client.bufferedBytes, 0)
  if (total <= MAX_BUFFERED_BYTES) return
  for (const client of waiting.toSorted((one, other) => other.bufferedBytes - one.bufferedBytes)) {
    total -= client.bufferedBytes
    client.disconnect('slow', 'the clients of this server read too slowly')
    if (total <= MAX_BUFFERED_BYTES) return
  }
}

function check(
  clients: Iterable<RealtimeClient>,
  channels: Channels,
  now: number,
  onFailure: (error: unknown) => void,
): void {
  for (const client of clients) {
    const { heardAt, connectedAt, joinedAt } = client
    const isUnused = client.channels.size === 0
    if (now - heardAt > MAX_SILENCE_MS) {
      client.disconnect('silent', `no message in ${MAX_SILENCE_MS / 1_000} seconds`)
    } else if (isUnused && joinedAt === undefined && now - connectedAt > MAX_UNKNOWN_MS) {
      client.disconnect('unused', 'no channel was joined')
    } else if (isUnused && joinedAt !== undefined && now - joinedAt > MAX_UNUSED_MS) {
      client.disconnect('unused', 'no channel is joined')
    }
  }
  channels.recheck(clients).catch(onFailure)
}
