import { lookup } from 'node:dns'
import { isIPv6 } from 'node:net'
import type { Dispatcher } from 'undici'
import { createLru } from '../domain/lru.ts'
import type { ClientCertificate, ReceiverAuth } from '../domain/receiver-auth.ts'
import { createConnections } from './connections.ts'
import type { Connections } from './connections.ts'
import { createDial } from './dial.ts'
import type { Answer } from './answer.ts'
import { Exchange } from './exchange.ts'
import type { OwnInboxes } from './own-inboxes.ts'
import { checkUrl, createGuardedLookup } from './network-guard.ts'
import type { BlockedDestination, GuardOptions } from './network-guard.ts'
import { createResolver } from './resolve-host.ts'
import type { ResolveHost } from './resolve-host.ts'

export interface OutgoingRequest {
  url: string
  headers: Readonly<Record<string, string>>
  body: Buffer
  /** Milliseconds for everything: connecting, headers and body. */
  timeout: number
  /** What the endpoint wants beside the signature. */
  auth?: ReceiverAuth | undefined
}

export interface Sender {
  /** Makes one POST and never rejects: whatever happens is an answer. */
  send(request: OutgoingRequest): Promise<Answer>
}

/** Where a request goes, and over which connections. */
interface Destination {
  connections: Connections
  origin: string
  path: string
  /** Headers that belong to the address. */
  headers: readonly string[]
}

const MAX_CACHED_DESTINATIONS = 10_000

/**
 * Connections are kept and used again; redirects are never followed; only judged addresses are connected to.
 * @param inboxes those of this process, reached past the guard where it listens itself; undefined: none
 */
export function createSender(
  guard: GuardOptions,
  inboxes?: OwnInboxes,
  resolveHost: ResolveHost = createResolver(),
): Sender {
  const guardedLookup = createGuardedLookup(guard.egressAllow, resolveHost)
  const guarded = createConnections(createDial(guardedLookup))
  const toInbox = inboxes === undefined ? undefined : createInboxDestinations(inboxes)
  const destinations = createLru<string, Destination>(MAX_CACHED_DESTINATIONS)
  /** A certificate belongs to one webhook, and so do the connections that have presented it. */
  const certified = new WeakMap<ClientCertificate, Connections>()

  function findDestination(text: string): Destination {
    const known = destinations.get(text)
    if (known !== undefined) return known
    const destination = toInbox?.(text) ?? toDestination(checkUrl(text, guard), guarded)
    destinations.set(text, destination)
    return destination
  }

  function findConnections({ connections }: Destination, auth: ReceiverAuth | undefined): Connections {
    if (auth?.type !== 'mtls' || connections !== guarded) return connections
    const known = certified.get(auth)
    if (known !== undefined) return known
    const own = createConnections(createDial(guardedLookup, auth))
    certified.set(auth, own)
    return own
  }

  return {
    async send(request) {
      try {
        const destination = findDestination(request.url)
        const options = toOptions(destination, request)
        const connections = findConnections(destination, request.auth)
        const { origin } = destination
        return await new Promise((resolve) => {
          new Exchange(connections, origin, options, request.timeout, resolve).start()
        })
      } catch (error) {
        return { kind: 'failure', error: error as BlockedDestination, phase: 'connecting', durationMs: 0 }
      }
    },
  }
}

function toDestination(url: URL, connections: Connections): Destination {
  return { connections, origin: url.origin, path: `${url.pathname}${url.search}`, headers: [] }
}

/** Connections of their own: none is ever used for what the guard would have had to judge. */
function createInboxDestinations(inboxes: OwnInboxes): (url: string) => Destination | undefined {
  const unguarded = createConnections(createDial(lookup))
  return (text) => {
    if (inboxes.idOf(text) === undefined) return undefined
    const url = new URL(text)
    const { host, port } = inboxes.address()
    const origin = `http://${isIPv6(host) ? `[${host}]` : host}:${port}`
    return { ...toDestination(url, unguarded), origin, headers: ['host', url.host] }
  }
}

/** Names and values were checked where they came in; a line break that got through all the same must not begin a line. */
const UNSENDABLE = /[^\t\x20-\x7e\x80-\xff]/

function toOptions(
  { path, headers: own }: Destination,
  { headers, body }: OutgoingRequest,
): Dispatcher.DispatchOptions {
  const list = [...own]
  for (const name in headers) {
    const value = headers[name]!
    list.push(name, UNSENDABLE.test(value) ? value.replaceAll(new RegExp(UNSENDABLE, 'g'), ' ') : value)
  }
  return { path, method: 'POST', headers: list, body }
}
