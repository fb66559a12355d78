import type { Socket } from 'node:net'
import tls from 'node:tls'
import { Client } from 'undici'
import type { Dispatcher, buildConnector } from 'undici'
import { createLru } from '../domain/lru.ts'
import { readCertificateEnd } from './dial.ts'
import type { Dial } from './dial.ts'
import type { Connection, ConnectionUser } from './connection.ts'
import { KEEP_ALIVE_MS } from './connection.ts'
import { Http2Connection } from './http2-connection.ts'

/** As large as Node's own limit. */
const MAX_HEADER_BYTES = 16 * 1024
const MAX_KNOWN_ORIGINS = 10_000

export interface Connections {
  /** Takes an idle connection, or makes one when there is none or `isFresh` asks for it. */
  take(origin: string, isFresh?: boolean): Connection
  /** Keeps a connection whose response is complete for the next request to its origin. */
  keep(connection: Connection): void
  /** Whether another connection to its origin, which then has the other version of HTTP, may succeed where this one failed. */
  switchProtocol(failed: Connection, error: NodeJS.ErrnoException): boolean
}

/**
 * Idle connections by origin. HTTP/1.1 alone is offered, which costs least and nearly all servers speak; those that refuse it
 * get HTTP/2 from then on.
 */
export function createConnections(dial: Dial): Connections {
  const idle = new Map<string, Connection[]>()
  const wantHttp2 = createLru<string, boolean>(MAX_KNOWN_ORIGINS)

  function forget(connection: Connection): void {
    const kept = idle.get(connection.origin)
    const place = kept?.indexOf(connection) ?? -1
    if (place >= 0) kept!.splice(place, 1)
    if (kept?.length === 0) idle.delete(connection.origin)
  }

  return {
    take(origin, isFresh = false) {
      const kept = isFresh ? undefined : idle.get(origin)?.pop()
      if (kept !== undefined) return kept
      return wantHttp2.get(origin) === true
        ? new Http2Connection(origin, dial, forget)
        : new Http1Connection(origin, dial, forget)
    },
    keep(connection) {
      connection.release()
      const kept = idle.get(connection.origin)
      if (kept === undefined) idle.set(connection.origin, [connection])
      else kept.push(connection)
    },
    switchProtocol({ origin, isHttp2 }, { code = '' }) {
      if (!code.includes('NO_APPLICATION_PROTOCOL')) return false
      wantHttp2.set(origin, !isHttp2)
      return true
    },
  }
}

/** undici writes the requests, parses the responses and closes the socket when it is idle for long. */
class Http1Connection implements Connection {
  readonly origin: string
  readonly isHttp2 = false
  readonly #client: Client
  readonly #dial: Dial
  #socket: Socket | undefined
  #user: ConnectionUser | undefined
  isUsed = false
  failure: Error | undefined
  certificateEnds: number | undefined
  tlsVersion: string | null = null

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

  release(): void {
    this.#user = undefined
  }

  drop(reason: Error): void {
    this.#socket?.destroy(reason)
  }

  #connect(options: buildConnector.Options, callback: buildConnector.Callback): void {
    const socket = this.#dial(options, 'http/1.1')
    this.#socket = socket
    this.isUsed = false
    this.certificateEnds = undefined
    this.failure = undefined
    const fail = (error: Error): void => callback(error, null)
    socket.once('error', fail)
    socket.once(socket instanceof tls.TLSSocket ? 'secureConnect' : 'connect', () => {
      socket.off('error', fail)
      socket.on('error', (error) => (this.failure ??= error))
      if (socket instanceof tls.TLSSocket) {
        this.certificateEnds = readCertificateEnd(socket)
        this.tlsVersion = socket.getProtocol()
      }
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
