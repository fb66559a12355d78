import { WebhooksError, readRefusal } from './error.ts'

export interface ClientOptions {
  /** Where the server is, such as `https://webhooks.crm.example`. */
  url: string
  /** The service key, an organization's key, or a token; a function is asked before each request. */
  key: string | (() => string | Promise<string>)
  /** Milliseconds until a request without a complete response is given up; default: 30 seconds. */
  timeoutMs?: number
  /** How often a call that is safe to repeat is made again; default: 2. */
  retries?: number
  /** Default: the global `fetch`. */
  fetch?: typeof globalThis.fetch
}

export interface CallOptions {
  signal?: AbortSignal | undefined
  timeoutMs?: number
  /** Of a POST; default: a new one for each call. Give your own to repeat a call after your program was restarted. */
  idempotencyKey?: string
}

export interface Call extends CallOptions {
  body?: unknown
  headers?: Record<string, string>
}

/** A response that has arrived completely. */
export interface Answer {
  status: number
  headers: Headers
  text: string
}

type Method = 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'DELETE'

export interface Transport {
  /** Without a slash at its end. */
  readonly url: string
  /** Makes a call, and repeats it where that is safe. @throws WebhooksError for any response but 2xx */
  send(method: Method, path: string, call?: Call): Promise<Answer>
  /** Makes one request, and resolves with the beginning of its response, whatever that is. */
  open(path: string, init?: RequestInit): Promise<Response>
  /** The error for a response of `open`. */
  refuse(response: Response): Promise<WebhooksError>
}

const TIMEOUT_MS = 30_000
const RETRIES = 2
const MAX_RETRIES = 10
const FIRST_WAIT_MS = 250
const MAX_WAIT_MS = 30_000
/** What passes by itself; 409 only with `Retry-After`: the first call with the same key still runs. */
const PASSING = new Set([408, 429, 502, 503, 504])

export function createTransport(options: ClientOptions): Transport {
  const { timeoutMs: usualTimeout = TIMEOUT_MS, retries = RETRIES } = options
  const url = readUrl(options.url)
  const request = options.fetch ?? globalThis.fetch.bind(globalThis)
  let lastKey = ''

  async function open(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers)
    lastKey = requireKey(typeof options.key === 'string' ? options.key : await options.key())
    headers.set('authorization', `Bearer ${lastKey}`)
    let response
    try {
      // A redirect to another host would take the key there.
      response = await request(url + path, { ...init, headers, redirect: 'manual' })
    } catch (error) {
      if (init.signal?.aborted) throw init.signal.reason
      throw new WebhooksError(`cannot reach ${url}: ${describeCause(error)}`, { code: 'unreachable' })
    }
    if (response.type !== 'opaqueredirect' && (response.status < 300 || response.status >= 400))
      return response
    await response.body?.cancel()
    throw new WebhooksError(`${url} redirects to another URL`, {
      code: 'redirected',
      status: response.status,
      hint: 'Use the URL that it redirects to.',
    })
  }

  async function attempt(method: Method, path: string, { body, headers, signal, timeoutMs }: Call) {
    return await within(timeoutMs ?? usualTimeout, signal, async (stop) => {
      const response = await open(path, {
        method,
        signal: stop,
        headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await response.text().catch((error: unknown) => {
        if (stop.aborted) throw stop.reason
        const code = 'unreachable'
        throw new WebhooksError(`the response of ${url} broke off: ${describeCause(error)}`, { code })
      })
      if (!response.ok) throw readRefusal(response.status, response.headers, text, lastKey)
      return { status: response.status, headers: response.headers, text }
    })
  }

  return {
    url,
    open,
    refuse: async (response) =>
      readRefusal(response.status, response.headers, await response.text().catch(() => ''), lastKey),
    async send(method, path, call = {}) {
      const { idempotencyKey = crypto.randomUUID() } = call
      const headers =
        method === 'POST' ? { 'idempotency-key': idempotencyKey, ...call.headers } : call.headers
      for (let made = 1; ; made += 1) {
        try {
          return await attempt(method, path, headers === undefined ? call : { ...call, headers })
        } catch (error) {
          const wait = made > Math.min(retries, MAX_RETRIES) ? undefined : waitAfter(error, method, made)
          if (wait === undefined) throw error
          await pause(wait, call.signal)
        }
      }
    },
  }
}

/** @returns milliseconds until the call is made again; undefined if it must not be */
function waitAfter(error: unknown, method: Method, made: number): number | undefined {
  if (!(error instanceof WebhooksError)) return undefined
  const { code, status, retryAfter } = error
  const isPassing =
    status === undefined
      ? code === 'unreachable' || code === 'timeout'
      : PASSING.has(status) || (status === 409 && retryAfter !== undefined)
  // A change that may have been made could undo one that another client has made since.
  if (!isPassing || (method === 'PATCH' && status !== 429)) return undefined
  const asked = (retryAfter ?? 0) * 1_000
  if (asked > MAX_WAIT_MS) return undefined
  return asked + backoff(made)
}

/** Milliseconds before the next attempt, spread so that clients do not come back together. */
export function backoff(made: number): number {
  return Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** (made - 1)) * (0.5 + Math.random() / 2)
}

/** @throws the signal's reason */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted()
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal?.addEventListener('abort', done)
  })
  signal?.throwIfAborted()
}

async function within<T>(
  ms: number,
  signal: AbortSignal | undefined,
  run: (stop: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted()
  const stop = new AbortController()
  const abort = (): void => stop.abort(signal?.reason)
  const timer = setTimeout(
    () => stop.abort(new WebhooksError(`no response within ${ms} ms`, { code: 'timeout' })),
    ms,
  )
  signal?.addEventListener('abort', abort)
  try {
    return await run(stop.signal)
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
  }
}

function readUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw new WebhooksError('url: must be an absolute http or https URL without credentials', {
      code: 'invalid_option',
    })
  }
  return (url.origin + url.pathname).replace(/\/+$/, '')
}

/** `fetch` would refuse a header with other characters, with the key in its message. */
function requireKey(key: string): string {
  if (/^[\x21-\x7e]+$/.test(key)) return key
  throw new WebhooksError('key: must be printable ASCII without spaces', { code: 'invalid_option' })
}

/** What the runtime says below "fetch failed". */
function describeCause(error: unknown): string {
  const { cause } = error as { cause?: { errors?: unknown[] } }
  const root = cause?.errors?.[0] ?? cause ?? error
  return root instanceof Error ? root.message : String(root)
}
