import { Agent } from 'undici'
import type { Dispatcher } from 'undici'
import { checkUrl, createGuardedLookup } from './network-guard.ts'
import type { BlockedDestination, GuardOptions } from './network-guard.ts'

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

export interface Sender {
  /** Makes one POST and never rejects: whatever happens is an answer. */
  send(request: OutgoingRequest): Promise<Answer>
}

export interface SenderOptions extends GuardOptions {
  /** Milliseconds for TCP and TLS. */
  connectTimeout: number
}

/** Connections are kept and used again; redirects are never followed; only judged addresses are connected to. */
export function createSender(options: SenderOptions): Sender {
  const agent = new Agent({
    connect: { lookup: createGuardedLookup(options.egressAllow), timeout: options.connectTimeout },
    allowH2: false,
    // The deadline of the whole attempt is ours.
    headersTimeout: 0,
    bodyTimeout: 0,
  })
  return { send: (request) => sendWith(agent, request, options) }
}

function sendWith(agent: Agent, request: OutgoingRequest, guard: GuardOptions): Promise<Answer> {
  const started = performance.now()
  const durationMs = (): number => Math.round(performance.now() - started)
  let url: URL
  try {
    url = checkUrl(request.url, guard)
  } catch (error) {
    return Promise.resolve({
      kind: 'failure',
      error: error as BlockedDestination,
      phase: 'connecting',
      durationMs: 0,
    })
  }
  return new Promise((resolve) => {
    const exchange = new Exchange(request.timeout, durationMs, resolve)
    agent.dispatch(
      {
        origin: url.origin,
        path: url.pathname + url.search,
        method: 'POST',
        headers: request.headers,
        body: request.body,
      },
      exchange,
    )
  })
}

/**
 * One request from start to answer. It settles once, by the first of: the answer's end, 64 KiB of it, an error, the
 * deadline. Whatever comes after that is cut off.
 */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #settle: (answer: Answer) => void
  readonly #durationMs: () => number
  readonly #deadline: NodeJS.Timeout
  #controller: Dispatcher.DispatchController | undefined
  #phase: Phase = 'connecting'
  #settled = false
  #statusCode = 0
  #headers: Record<string, string> = {}
  #chunks: Buffer[] = []
  #size = 0

  constructor(timeout: number, durationMs: () => number, settle: (answer: Answer) => void) {
    this.#settle = settle
    this.#durationMs = durationMs
    this.#deadline = setTimeout(
      () => this.#fail(new Timeout(`no complete answer within ${timeout} ms`)),
      timeout,
    )
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#settled) controller.abort(new Timeout('given up'))
    else this.#phase = 'waiting'
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    // 1xx are announcements, not the answer.
    if (statusCode < 200) return
    this.#phase = 'reading'
    this.#statusCode = statusCode
    this.#headers = toStorableHeaders(headers)
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#size < KEPT_BYTES) this.#chunks.push(Buffer.from(chunk.subarray(0, KEPT_BYTES - this.#size)))
    this.#size += chunk.length
    if (this.#size < READ_BYTES) return
    this.#succeed()
    this.#controller?.abort(new Timeout('enough was read'))
  }

  onResponseEnd(): void {
    this.#succeed()
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#fail(error)
  }

  #succeed(): void {
    if (this.#settled) return
    this.#finish({
      kind: 'response',
      statusCode: this.#statusCode,
      headers: this.#headers,
      body: toStorableText(Buffer.concat(this.#chunks)),
      durationMs: this.#durationMs(),
    })
  }

  #fail(error: Error): void {
    if (this.#settled) return
    this.#finish({ kind: 'failure', error, phase: this.#phase, durationMs: this.#durationMs() })
    this.#controller?.abort(error)
  }

  #finish(answer: Answer): void {
    this.#settled = true
    clearTimeout(this.#deadline)
    this.#settle(answer)
  }
}

/** Invalid UTF-8 becomes U+FFFD, and so does NUL, which PostgreSQL cannot store. */
function toStorableText(bytes: Buffer): string {
  return bytes.toString('utf8').replaceAll('\0', '\uFFFD')
}

function toStorableHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      [value ?? ''].flat().join(', ').replaceAll('\0', '\uFFFD'),
    ]),
  )
}
