import { createConnections } from './connections.ts'
import type { Connection, ConnectionUser, Connections, Origin } from './connections.ts'
import type { OwnInboxes } from './own-inboxes.ts'
import { checkUrl, createGuardedLookup } from './network-guard.ts'
import type { BlockedDestination, GuardOptions } from './network-guard.ts'
import { createResolver } from './resolve-host.ts'
import type { ResolveHost } from './resolve-host.ts'
import { InvalidAnswer, ResponseParser } from './response-parser.ts'

/** How far the answer's body is read, and how much of it is kept. */
const READ_BYTES = 64 * 1024
const KEPT_BYTES = 16 * 1024

export interface OutgoingRequest {
  url: string
  headers: Readonly<Record<string, string>>
  body: Buffer
  /** Milliseconds for everything: connecting, headers and body. */
  timeout: number
}

/** How far an attempt came before it failed. */
export type Phase = 'connecting' | 'waiting' | 'reading'

export type Answer = Response | Failure

interface Response {
  kind: 'response'
  statusCode: number
  headers: Record<string, string>
  /** At most 16 KiB, as text that PostgreSQL can store. */
  body: string
  /** When the endpoint's certificate expires, in milliseconds; undefined when none was shown. */
  certificateEnds: number | undefined
  durationMs: number
}

interface Failure {
  kind: 'failure'
  /** What the network, TLS or the guard said; `Timeout` for our own deadline. */
  error: Error
  phase: Phase
  durationMs: number
}

/** Our own deadline passed. */
export class Timeout extends Error {
  override readonly name = 'Timeout'
}

/** The connection ended before the answer had. */
class BrokenOff extends Error {
  readonly code = 'ECONNRESET'
}

export interface Sender {
  /** Makes one POST and never rejects: whatever happens is an answer. */
  send(request: OutgoingRequest): Promise<Answer>
}

interface Destination {
  origin: Origin
  /** The request line and the headers that belong to the address. */
  head: string
}

const CACHED_DESTINATIONS = 10_000

/**
 * Connections are kept and used again; redirects are never followed; only judged addresses are connected to.
 * @param inboxes those of this process, reached past the guard where it listens itself; undefined: none
 */
export function createSender(
  guard: GuardOptions,
  inboxes?: OwnInboxes,
  resolveHost: ResolveHost = createResolver(),
): Sender {
  const connections = createConnections(createGuardedLookup(guard.egressAllow, resolveHost))
  const destinations = new Map<string, Destination>()
  return {
    async send(request) {
      let destination = destinations.get(request.url)
      if (destination === undefined) {
        try {
          destination =
            inboxes?.idOf(request.url) === undefined
              ? toDestination(checkUrl(request.url, guard))
              : toOwnInbox(new URL(request.url), inboxes)
        } catch (error) {
          return { kind: 'failure', error: error as BlockedDestination, phase: 'connecting', durationMs: 0 }
        }
        if (destinations.size >= CACHED_DESTINATIONS) destinations.clear()
        destinations.set(request.url, destination)
      }
      const { origin, head } = destination
      return await new Promise((resolve) => {
        new Exchange(connections, origin, toBytes(head, request), request.timeout, resolve).start()
      })
    },
  }
}

function toDestination(url: URL): Destination {
  const isTls = url.protocol === 'https:'
  const origin: Origin = {
    isTls,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port) || (isTls ? 443 : 80),
    key: url.origin,
  }
  return { origin, head: headFor(url) }
}

/** Its connections have a key of their own: none is ever used for what the guard would have had to judge. */
function toOwnInbox(url: URL, inboxes: OwnInboxes): Destination {
  return { origin: { isTls: false, ...inboxes.address(), key: 'own inboxes' }, head: headFor(url) }
}

function headFor(url: URL): string {
  return `POST ${url.pathname}${url.search} HTTP/1.1\r\nhost: ${url.host}\r\nconnection: keep-alive\r\n`
}

/** Names and values were checked where they came in; a line break that got through all the same must not begin a line. */
function toBytes(head: string, { headers, body }: OutgoingRequest): Buffer {
  let text = head
  for (const name in headers) text += `${name}: ${headers[name]!.replaceAll(/[\r\n]/g, ' ')}\r\n`
  text += `content-length: ${body.length}\r\n\r\n`
  const bytes = Buffer.allocUnsafe(text.length + body.length)
  bytes.write(text, 0, 'latin1')
  body.copy(bytes, text.length)
  return bytes
}

/**
 * One request from start to answer. It settles once, by the first of: the answer's end, 64 KiB of it, an error, the
 * deadline. Whatever comes after that is cut off.
 *
 * A server may close a kept connection at any time. When that happens before a byte of the answer has come, the request
 * goes out once more on a fresh one: receivers must expect an event twice anyway, and a failure it was not.
 */
class Exchange implements ConnectionUser {
  readonly #connections: Connections
  readonly #origin: Origin
  readonly #bytes: Buffer
  readonly #settle: (answer: Answer) => void
  readonly #started = performance.now()
  readonly #deadline: NodeJS.Timeout
  readonly #parser = new ResponseParser((chunk) => this.#keepBody(chunk))
  #connection: Connection | undefined
  #phase: Phase = 'connecting'
  #chunks: Buffer[] = []
  #kept = 0
  #read = 0

  constructor(
    connections: Connections,
    origin: Origin,
    bytes: Buffer,
    timeout: number,
    settle: (answer: Answer) => void,
  ) {
    this.#connections = connections
    this.#origin = origin
    this.#bytes = bytes
    this.#settle = settle
    this.#deadline = setTimeout(
      () => this.#fail(new Timeout(`no complete response within ${timeout} ms`)),
      timeout,
    )
  }

  start(isFresh = false): void {
    this.#phase = 'connecting'
    const connection = this.#connections.use(this.#origin, this, isFresh)
    this.#connection = connection
    // A fresh socket keeps this until it is connected.
    connection.write(this.#bytes)
  }

  onConnected(): void {
    this.#phase = 'waiting'
  }

  onData(chunk: Buffer): void {
    this.#read += chunk.length
    try {
      this.#parser.feed(chunk)
    } catch (error) {
      this.#fail(error as InvalidAnswer)
      return
    }
    if (this.#parser.head !== undefined) this.#phase = 'reading'
    if (this.#parser.isDone || this.#read >= READ_BYTES) this.#finish()
  }

  onClosed(error: Error | undefined): void {
    const isStale = this.#connection?.isReused === true && this.#read === 0
    if (isStale) this.start(true)
    else if (error !== undefined) this.#fail(error)
    else if (this.#parser.end()) this.#finish()
    else this.#fail(new BrokenOff('the connection was closed before the response was complete'))
  }

  #keepBody(chunk: Buffer): void {
    if (this.#kept >= KEPT_BYTES) return
    const kept = Buffer.from(chunk.subarray(0, KEPT_BYTES - this.#kept))
    this.#chunks.push(kept)
    this.#kept += kept.length
  }

  /** The answer is complete, or as much of it as is read. */
  #finish(): void {
    const { head } = this.#parser
    if (head === undefined) {
      this.#fail(new InvalidAnswer('the endpoint sent an interim (1xx) response but no final one'))
      return
    }
    clearTimeout(this.#deadline)
    if (this.#parser.isReusable) this.#connection?.keep()
    else this.#connection?.drop()
    this.#settle({
      kind: 'response',
      statusCode: head.statusCode,
      headers: head.headers,
      body: toStorableText(this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks)),
      certificateEnds: this.#connection?.certificateEnds,
      durationMs: this.#durationMs(),
    })
  }

  #fail(error: Error): void {
    clearTimeout(this.#deadline)
    this.#connection?.drop()
    this.#settle({ kind: 'failure', error, phase: this.#phase, durationMs: this.#durationMs() })
  }

  #durationMs(): number {
    return Math.round(performance.now() - this.#started)
  }
}

/** Invalid UTF-8 becomes U+FFFD, and so does NUL, which PostgreSQL cannot store. */
function toStorableText(bytes: Buffer): string {
  return bytes.toString('utf8').replaceAll('\0', '\uFFFD')
}
