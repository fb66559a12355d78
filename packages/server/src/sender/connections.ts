import net from 'node:net'
import type { LookupFunction, Socket } from 'node:net'
import tls from 'node:tls'
import { Client } from 'undici'
import type { Dispatcher, buildConnector } from 'undici'
import { createLru } from '../domain/lru.ts'

/** Shorter than the 5 s and more that servers usually keep an idle connection. */
const KEEP_ALIVE_MS = 4_000
/** As large as Node's own limit. */
const MAX_HEADER_BYTES = 16 * 1024
const MAX_TLS_SESSIONS = 1_000

/** Handles one request. */
export interface ConnectionUser extends Dispatcher.DispatchHandler {
  /** Gets what was read from the socket; returns what undici shall parse. */
  onBytes(chunk: Buffer): Buffer
}

export interface Connections {
  /** Takes an idle connection, or makes one when there is none or `isFresh` asks for it. */
  take(origin: string, isFresh?: boolean): Connection
  /** Keeps a connection whose response is complete for the next request to its origin. */
  keep(connection: Connection): void
}

export type Dial = (options: buildConnector.Options) => Socket

/** Idle connections by origin. */
export function createConnections(dial: Dial): Connections {
  const idle = new Map<string, Connection[]>()

  function forget(connection: Connection): void {
    const kept = idle.get(connection.origin)
    const place = kept?.indexOf(connection) ?? -1
    if (place >= 0) kept!.splice(place, 1)
    if (kept?.length === 0) idle.delete(connection.origin)
  }

  return {
    take(origin, isFresh = false) {
      const kept = isFresh ? undefined : idle.get(origin)?.pop()
      return kept ?? new Connection(origin, dial, forget)
    },
    keep(connection) {
      connection.release()
      const kept = idle.get(connection.origin)
      if (kept === undefined) idle.set(connection.origin, [connection])
      else kept.push(connection)
    },
  }
}

/** @param lookup returns the addresses that may be connected to */
export function createDial(lookup: LookupFunction): Dial {
  const sessions = createLru<string, Buffer>(MAX_TLS_SESSIONS)
  return ({ hostname: host, protocol, port }) => {
    if (protocol !== 'https:') return net.connect({ host, port: Number(port || 80), lookup, noDelay: true })
    const key = `${host}:${port}`
    const session = sessions.get(key)
    const socket = tls.connect({
      host,
      port: Number(port || 443),
      lookup,
      ...(net.isIP(host) === 0 ? { servername: host } : {}),
      ...(session === undefined ? {} : { session }),
      minVersion: 'TLSv1.2',
      ALPNProtocols: ['http/1.1'],
    })
    socket.setNoDelay(true)
    socket.on('session', (ticket: Buffer) => sessions.set(key, ticket))
    return socket
  }
}

/** Carries one request at a time. undici writes it, parses the response and closes the socket when it is idle for long. */
export class Connection {
  readonly origin: string
  readonly #client: Client
  readonly #dial: Dial
  #socket: Socket | undefined
  #user: ConnectionUser | undefined
  /** Whether the socket has carried a request. */
  isUsed = false
  /** The first error of the socket after it connected: TLS says there why the server ends the connection. */
  failure: Error | undefined
  /** When the certificate expires, in milliseconds; undefined without TLS and in a resumed session, which shows none. */
  certificateEnds: number | undefined

  /** @param onClosed is called when the socket was closed, by whichever side */
  constructor(origin: string, dial: Dial, onClosed: (connection: Connection) => void) {
    this.origin = origin
    this.#dial = dial
    this.#client = new Client(origin, {
      connect: (options, callback) => this.#connect(options, callback),
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
      // A request has one deadline for everything.
      headersTimeout: 0,
      bodyTimeout: 0,
    })
    this.#client.on('disconnect', () => onClosed(this))
  }

  send(options: Dispatcher.DispatchOptions, user: ConnectionUser): void {
    this.#user = user
    this.#client.dispatch(options, user)
  }

  /** Lets go of the request that was sent last. */
  release(): void {
    this.#user = undefined
  }

  /** Closes the socket at once, connected or not. */
  drop(reason: Error): void {
    this.#socket?.destroy(reason)
  }

  #connect(options: buildConnector.Options, callback: buildConnector.Callback): void {
    const socket = this.#dial(options)
    this.#socket = socket
    this.isUsed = false
    this.certificateEnds = undefined
    this.failure = undefined
    const fail = (error: Error): void => callback(error, null)
    socket.once('error', fail)
    socket.once(socket instanceof tls.TLSSocket ? 'secureConnect' : 'connect', () => {
      socket.off('error', fail)
      socket.on('error', (error) => (this.failure ??= error))
      if (socket instanceof tls.TLSSocket) this.certificateEnds = readCertificateEnd(socket)
      this.#tapReads(socket)
      callback(null, socket)
    })
  }

  /** undici reads its sockets by `read()`. */
  #tapReads(socket: Socket): void {
    const read = socket.read.bind(socket)
    socket.read = (size?: number) => {
      const chunk = read(size) as Buffer | null
      return chunk === null ? null : (this.#user?.onBytes(chunk) ?? chunk)
    }
  }
}

function readCertificateEnd(socket: tls.TLSSocket): number | undefined {
  const ends = Date.parse(socket.getPeerCertificate().valid_to)
  return Number.isNaN(ends) ? undefined : ends
}
