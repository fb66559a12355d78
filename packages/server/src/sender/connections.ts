import net from 'node:net'
import type { LookupFunction, Socket } from 'node:net'
import tls from 'node:tls'

/** Shorter than what servers usually wait for the next request (5 s and more). */
const KEEP_IDLE_MS = 4_000
const MOST_SESSIONS = 1_000

/** Where connections lead. */
export interface Origin {
  isTls: boolean
  /** A name, or an address without brackets. */
  host: string
  port: number
  /** Tells one from another. */
  key: string
}

/** Whoever uses a connection just now. */
export interface ConnectionUser {
  /** Connected, TLS included; also for one that was connected before. */
  onConnected(): void
  onData(chunk: Buffer): void
  /** The last call: the other side, the network or `drop` ended it. */
  onClosed(error: Error | undefined): void
}

export interface Connection {
  /** Whether it has carried a request before. */
  readonly isReused: boolean
  /** When the certificate of the other side expires, in milliseconds; undefined without TLS, or before it was shown. */
  readonly certificateEnds: number | undefined
  write(bytes: Buffer): void
  /** Keeps it for the next request to the same origin. */
  keep(): void
  /** Ends it at once; nobody is told. */
  drop(): void
}

export interface Connections {
  /** Takes a connection that is idle, or makes one when there is none or `isFresh` asks for it. */
  use(origin: Origin, user: ConnectionUser, isFresh?: boolean): Connection
}

/** @param lookup hands out the addresses that may be connected to */
export function createConnections(lookup: LookupFunction): Connections {
  const idle = new Map<string, KeptConnection[]>()
  const sessions = new Map<string, Buffer>()
  let sweep: NodeJS.Timeout | undefined

  function sweepIdle(): void {
    const oldest = performance.now() - KEEP_IDLE_MS
    for (const [key, kept] of idle) {
      // The longest idle come first.
      while (kept.length > 0 && kept[0]!.idleSince <= oldest) kept.shift()!.drop()
      if (kept.length === 0) idle.delete(key)
    }
    sweep = idle.size === 0 ? undefined : setTimeout(sweepIdle, KEEP_IDLE_MS / 4).unref()
  }

  function takeIdle(key: string): KeptConnection | undefined {
    const connection = idle.get(key)?.pop()
    if (connection === undefined || performance.now() - connection.idleSince < KEEP_IDLE_MS) return connection
    connection.drop()
    return takeIdle(key)
  }

  function dial(origin: Origin): Socket {
    const target = { host: origin.host, port: origin.port, lookup, noDelay: true }
    if (!origin.isTls) return net.connect(target)
    const session = sessions.get(origin.key)
    const socket = tls.connect({
      ...target,
      ...(net.isIP(origin.host) === 0 ? { servername: origin.host } : {}),
      ...(session === undefined ? {} : { session }),
      minVersion: 'TLSv1.2',
      ALPNProtocols: ['http/1.1'],
    })
    socket.on('session', (ticket: Buffer) => {
      if (sessions.size >= MOST_SESSIONS) sessions.clear()
      sessions.set(origin.key, ticket)
    })
    return socket
  }

  const pool = {
    put(key: string, connection: KeptConnection): void {
      const kept = idle.get(key)
      if (kept === undefined) idle.set(key, [connection])
      else kept.push(connection)
      sweep ??= setTimeout(sweepIdle, KEEP_IDLE_MS / 4).unref()
    },
    remove(key: string, connection: KeptConnection): void {
      const kept = idle.get(key)
      const place = kept?.indexOf(connection) ?? -1
      if (place >= 0) kept!.splice(place, 1)
    },
  }

  return {
    use(origin, user, isFresh = false) {
      const connection = isFresh ? undefined : takeIdle(origin.key)
      if (connection === undefined) return new KeptConnection(dial(origin), origin, user, pool)
      connection.reuse(user)
      return connection
    },
  }
}

interface Pool {
  put(key: string, connection: KeptConnection): void
  remove(key: string, connection: KeptConnection): void
}

class KeptConnection implements Connection {
  readonly #socket: Socket
  readonly #key: string
  readonly #pool: Pool
  /** Undefined while it is idle. */
  #user: ConnectionUser | undefined
  #error: Error | undefined
  isReused = false
  certificateEnds: number | undefined
  idleSince = 0

  constructor(socket: Socket, origin: Origin, user: ConnectionUser, pool: Pool) {
    this.#socket = socket
    this.#key = origin.key
    this.#pool = pool
    this.#user = user
    socket.on(origin.isTls ? 'secureConnect' : 'connect', () => {
      if (socket instanceof tls.TLSSocket) this.certificateEnds = readCertificateEnd(socket)
      this.#user?.onConnected()
    })
    socket.on('data', (chunk: Buffer) => {
      // Nobody asked: whatever this is, the next answer could not be told from it.
      if (this.#user === undefined) this.drop()
      else this.#user.onData(chunk)
    })
    socket.on('error', (error) => {
      this.#error = error
    })
    socket.on('close', () => {
      if (this.#user === undefined) this.#pool.remove(this.#key, this)
      this.#user?.onClosed(this.#error)
      this.#user = undefined
    })
  }

  reuse(user: ConnectionUser): void {
    this.#user = user
    this.isReused = true
    this.#socket.ref()
    user.onConnected()
  }

  write(bytes: Buffer): void {
    this.#socket.write(bytes)
  }

  keep(): void {
    this.#user = undefined
    if (this.#socket.destroyed || !this.#socket.writable) return
    this.idleSince = performance.now()
    this.#socket.unref()
    this.#pool.put(this.#key, this)
  }

  drop(): void {
    if (this.#user === undefined) this.#pool.remove(this.#key, this)
    this.#user = undefined
    this.#socket.destroy()
  }
}

/** A resumed session shows no certificate. */
function readCertificateEnd(socket: tls.TLSSocket): number | undefined {
  const ends = Date.parse(socket.getPeerCertificate().valid_to)
  return Number.isNaN(ends) ? undefined : ends
}
