import { phrase } from '../domain/messages/phrase.ts'
import type { Said } from '../domain/messages/phrase.ts'
import { errors } from 'undici'
import type { Dispatcher } from 'undici'
import type { Abortable, Connection, ConnectionUser, ParsedHeaders } from './connection.ts'
import type { Connections } from './connections.ts'
import { writeBody } from '../domain/kept-body.ts'
import { readStatus } from './explain-head.ts'
import { InvalidResponse, switchesProtocol, toTransportError } from './invalid-response.ts'
import { Http2Failure } from './http2-failure.ts'
import { ContinueSkipper, mayBeContinue } from './skip-continue.ts'
import type { Answer, PartialResponse, Phase } from './answer.ts'

/** How far the response is read, and how much of its body is kept. */
const MAX_READ_BYTES = 64 * 1024
const MAX_KEPT_BYTES = 16 * 1024
const MAX_INTERIM_RESPONSES = 10

/** Our own deadline passed. */
export class Timeout extends Error {
  override readonly name = 'Timeout'
}

/** Closes the socket of a request that is settled. */
class Settled extends Error {}

/**
 * One request from start to response. It settles once, by the first of: the end of the response, 64 KiB of it, an error, the
 * deadline. Whatever comes after that is cut off.
 *
 * A server may close an idle connection at any time. When that happens before a byte of the response has come, the request
 * goes out once more on a new one: receivers must expect an event twice anyway, and a failure it was not.
 */
export class Exchange implements ConnectionUser {
  readonly #connections: Connections
  readonly #origin: string
  readonly #options: Dispatcher.DispatchOptions
  readonly #settle: (answer: Answer) => void
  readonly #started = performance.now()
  readonly #deadline: NodeJS.Timeout
  #connection: Connection | undefined
  #isSettled = false
  /** Whether the request goes over a socket that has carried another one. */
  #isReused = false
  #hasSwitched = false
  #phase: Phase = 'connecting'
  #interimResponses = 0
  /** There while the response may still begin with `100 Continue`. */
  #skipper: ContinueSkipper | undefined
  #statusCode = 0
  #headers: Record<string, string> = {}
  #chunks: Buffer[] = []
  #keptBytes = 0
  #readBytes = 0
  #bodyBytes = 0
  /** The first bytes of the response, to explain why it cannot be read. */
  #head: Buffer | undefined

  constructor(
    connections: Connections,
    origin: string,
    options: Dispatcher.DispatchOptions,
    timeout: number,
    settle: (answer: Answer) => void,
  ) {
    this.#connections = connections
    this.#origin = origin
    this.#options = options
    this.#settle = settle
    const expire = (): void => this.#fail(new Timeout(this.#missing(timeout)))
    this.#deadline = setTimeout(expire, timeout)
  }

  start(isFresh = false): void {
    this.#phase = 'connecting'
    this.#connection = this.#connections.take(this.#origin, isFresh)
    this.#isReused = this.#connection.isUsed
    this.#connection.send(this.#options, this)
  }

  onRequestStart(controller: Abortable): void {
    if (this.#isSettled) return controller.abort(new Settled())
    const connection = this.#connection!
    this.#isReused = connection.isUsed
    connection.isUsed = true
    this.#phase = 'waiting'
  }

  onBytes(chunk: Buffer): Buffer {
    if (this.#isSettled) return chunk
    // What was read before has been parsed by now.
    if (this.#readBytes >= MAX_READ_BYTES) this.#finish()
    const isFirst = this.#readBytes === 0
    if (isFirst) {
      this.#phase = 'heading'
      this.#head = chunk
    }
    this.#readBytes += chunk.length
    if (isFirst && mayBeContinue(chunk)) this.#skipper = new ContinueSkipper(() => this.#countInterim())
    return this.#skipper === undefined ? chunk : this.#skip(this.#skipper, chunk)
  }

  #skip(skipper: ContinueSkipper, chunk: Buffer): Buffer {
    try {
      return skipper.skip(chunk)
    } catch (error) {
      this.#fail(error as InvalidResponse)
      return chunk
    }
  }

  onResponseStart(_: Abortable, statusCode: number, headers: ParsedHeaders): void {
    if (this.#isSettled) return
    if (statusCode === 101) this.#fail(switchesProtocol())
    else if (statusCode < 200) this.#announce()
    else {
      if (this.#connection!.isHttp2) this.#readBytes ||= 1
      this.#phase = 'reading'
      this.#statusCode = statusCode
      this.#head = undefined
      this.#headers = joinValues(headers)
      // It has no body, and some servers state a length for it all the same, which undici takes for an error.
      if (isBodiless(statusCode) && Number(this.#headers['content-length'] ?? 0) > 0) this.#finish()
    }
  }

  onResponseData(_: Abortable, chunk: Buffer): void {
    if (this.#isSettled) return
    this.#bodyBytes += chunk.length
    // With HTTP/2, nobody reads the bytes of the socket.
    if (this.#connection!.isHttp2) this.#readBytes += chunk.length
    if (this.#keptBytes < MAX_KEPT_BYTES) {
      const kept = Buffer.from(chunk.subarray(0, MAX_KEPT_BYTES - this.#keptBytes))
      this.#chunks.push(kept)
      this.#keptBytes += kept.length
    }
    if (this.#readBytes >= MAX_READ_BYTES) this.#finish()
  }

  onResponseEnd(): void {
    if (this.#isSettled) return
    this.#connections.keep(this.#connection!)
    this.#settleResponse(true)
  }

  onResponseError(_: unknown, error: Error): void {
    if (this.#isSettled) return
    if (this.#isReused && this.#readBytes === 0 && mayBeSentAgain(error)) this.start(true)
    else if (this.#canSwitchProtocol(error)) this.start()
    else this.#fail(this.#explain(error))
  }

  /** Once, and not after a request was written. */
  #canSwitchProtocol(error: Error): boolean {
    if (this.#hasSwitched || this.#phase !== 'connecting') return false
    this.#hasSwitched = this.#connections.switchProtocol(this.#connection!, error)
    return this.#hasSwitched
  }

  #explain(error: Error): Error {
    const length = Number(this.#headers['content-length'] ?? Number.NaN)
    const { failure } = this.#connection!
    // The error that follows it only says that the connection has ended.
    const isTold = error instanceof errors.SocketError && failure !== undefined
    return toTransportError(isTold ? failure : error, {
      phase: this.#phase,
      head: this.#head,
      contentLength: Number.isNaN(length) ? undefined : length,
      bodyBytes: this.#bodyBytes,
    })
  }

  /** What did not happen in time. */
  #missing(limit: number): Said {
    const isInterim = this.#interimResponses > 0 && this.#phase === 'heading'
    return phrase(`timeout.${isInterim ? 'interim' : this.#phase}`, { limit })
  }

  #announce(): void {
    try {
      this.#countInterim()
    } catch (error) {
      this.#fail(error as InvalidResponse)
    }
  }

  #countInterim(): void {
    this.#interimResponses += 1
    if (this.#interimResponses <= MAX_INTERIM_RESPONSES) return
    throw new InvalidResponse(phrase('invalid.interimMany', { count: MAX_INTERIM_RESPONSES }))
  }

  /** Takes as much of the response as was read. */
  #finish(): void {
    if (this.#statusCode === 0) return this.#fail(new InvalidResponse(phrase('invalid.interimOnly')))
    this.#settleResponse(false)
    this.#connection?.drop(new Settled())
  }

  #settleResponse(isWhole: boolean): void {
    this.#isSettled = true
    clearTimeout(this.#deadline)
    this.#settle({
      kind: 'response',
      statusCode: this.#statusCode,
      headers: this.#headers,
      body: this.#body(isWhole),
      certificateEnds: this.#connection?.certificateEnds,
      tlsVersion: this.#connection?.tlsVersion ?? null,
      isReused: this.#isReused,
      durationMs: this.#durationMs(),
    })
  }

  #fail(error: Error): void {
    // Whatever follows the head of such a response, it is a failure that the status explains.
    if (this.#phase === 'reading' && this.#statusCode >= 300) this.#settleResponse(false)
    else {
      this.#isSettled = true
      clearTimeout(this.#deadline)
      const partial = this.#readPartly()
      this.#settle({ kind: 'failure', error, phase: this.#phase, partial, durationMs: this.#durationMs() })
    }
    this.#connection?.drop(error)
  }

  #readPartly(): PartialResponse | undefined {
    if (this.#phase === 'reading')
      return { statusCode: this.#statusCode, headers: this.#headers, body: this.#body(false) }
    const statusCode = this.#head === undefined ? undefined : readStatus(this.#head)
    return statusCode === undefined ? undefined : { statusCode, headers: null, body: null }
  }

  #body(isWhole: boolean): string {
    const bytes = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks)
    return writeBody(bytes, this.#headers['content-type'], isWhole && this.#bodyBytes === this.#keptBytes)
  }

  #durationMs(): number {
    return Math.round(performance.now() - this.#started)
  }
}

/** An endpoint that has ended a request with HTTP/2 has taken note of it, unless it says otherwise. */
function mayBeSentAgain(error: Error): boolean {
  return !(error instanceof Http2Failure) || error.isUnprocessed
}

function isBodiless(statusCode: number): boolean {
  return statusCode === 204 || statusCode === 304
}

/** What was sent several times is joined with `, `. */
function joinValues(headers: ParsedHeaders): Record<string, string> {
  for (const name in headers) {
    const value = headers[name]
    headers[name] = Array.isArray(value) ? value.map((each) => each.trim()).join(', ') : value?.trim()
  }
  return headers as Record<string, string>
}
