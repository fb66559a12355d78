import type { CodedText, Functions, Problem, Result } from '@connectgain/webhooks-client'
import { SESSION_HEADER, takeEarly } from './early.ts'

interface Refusal {
  code?: string
  message?: string
  details?: string | null
  hint?: string | null
  problems?: readonly Problem[]
  advice?: CodedText
}

/** An error response of the API: `{code, message, details, hint}` with the HTTP status. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  readonly details: string | null
  readonly hint: string | null
  /** The codes of the message: one for each field, or one of all of it. */
  readonly problems: readonly Problem[]
  /** The code of the hint. */
  readonly advice: CodedText | undefined
  /** How long to wait before the next request, if the API says so. */
  readonly retryAfterMs: number | undefined

  constructor(status: number, body: Refusal, retryAfter: string | null = null) {
    super(body.message ?? `HTTP ${status}`)
    this.status = status
    this.code = body.code ?? ''
    this.details = body.details ?? null
    this.hint = body.hint ?? null
    this.problems = body.problems ?? []
    this.advice = body.advice
    this.retryAfterMs =
      retryAfter !== null && /^\d{1,5}$/.test(retryAfter) ? Number(retryAfter) * 1_000 : undefined
  }
}

/** The request did not reach the server, or no response arrived. */
export class OfflineError extends Error {}

interface Options {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE' | 'OPTIONS'
  body?: unknown
  headers?: Record<string, string>
  signal?: AbortSignal | undefined
}

let renew: (() => Promise<boolean>) | undefined
let renewals = 0
let isNewRefused = false

/** Sets what gets a new session when one has ended; it resolves to false if there is none. */
export function renewWith(renewSession: () => Promise<boolean>): void {
  renew = renewSession
}

/** Called when there is a new session, for requests that were sent with the one before. */
export function noteNewSession(): void {
  renewals += 1
}

/** Tests if a session was refused right after it was opened: the browser has not kept its cookie. */
export const isCookieBlocked = (): boolean => isNewRefused

/** A request that was refused because its session has ended had no effect: with a new session, it is sent again. */
export async function send(path: string, options: Options = {}): Promise<Response> {
  const renewalsBefore = renewals
  try {
    return await sendOnce(path, options)
  } catch (error) {
    const isEnd = error instanceof ApiError && error.status === 401 && path !== '/session'
    if (!isEnd || renew === undefined) throw error
    const isRenewed = renewals > renewalsBefore || (await renew())
    if (!isRenewed) throw error
    return await sendOnce(path, options).catch((again: unknown) => {
      isNewRefused = again instanceof ApiError && again.status === 401
      throw again
    })
  }
}

async function sendOnce(path: string, options: Options): Promise<Response> {
  const { method = 'GET', body, headers = {}, signal } = options
  const isPlain = method === 'GET' && options.headers === undefined
  const early = isPlain ? takeEarly(path) : undefined
  const response = await (
    early ??
    fetch(path, {
      method,
      credentials: 'same-origin',
      headers: {
        ...SESSION_HEADER,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    })
  ).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new OfflineError('Can’t reach the server.')
  })
  if (!response.ok)
    throw new ApiError(response.status, await readError(response), response.headers.get('retry-after'))
  return response
}

async function readError(response: Response): Promise<Refusal> {
  try {
    return (await response.json()) as Refusal
  } catch {
    return {}
  }
}

const REST = '/rest/v1/'

/** Reads rows of a table. */
export async function getRows<T>(path: string, signal?: AbortSignal): Promise<T[]> {
  return (await (await send(REST + path, { signal })).json()) as T[]
}

/** Reads which methods a table allows the caller. */
export async function readAllowed(table: string, signal?: AbortSignal): Promise<string[]> {
  const response = await send(REST + table, { method: 'OPTIONS', signal })
  return (response.headers.get('allow') ?? '').split(/,\s*/)
}

/** Counts rows without reading them. */
export async function countRows(path: string, signal?: AbortSignal): Promise<number> {
  const headers = { prefer: 'count=exact' }
  const response = await send(`${REST}${path}&limit=1`, { headers, signal })
  return Number(response.headers.get('content-range')?.split('/')[1] ?? 0)
}

const RETURNING = { prefer: 'return=representation', accept: 'application/vnd.pgrst.object+json' }

export async function insertRow<T>(
  table: string,
  row: object,
  headers: Record<string, string> = {},
): Promise<T> {
  const options = { method: 'POST', body: row, headers: { ...RETURNING, ...headers } } as const
  const response = await send(REST + table, options)
  return (await response.json()) as T
}

export async function patchRow<T>(path: string, change: object): Promise<T> {
  const response = await send(REST + path, { method: 'PATCH', body: change, headers: RETURNING })
  return (await response.json()) as T
}

/** Changes all rows of a path. */
export async function patchRows(path: string, change: object): Promise<void> {
  await send(REST + path, { method: 'PATCH', body: change, headers: { prefer: 'return=minimal' } })
}

export async function deleteRows(path: string): Promise<void> {
  await send(REST + path, { method: 'DELETE' })
}

export async function call<Name extends keyof Functions>(
  name: Name,
  body: object,
  signal?: AbortSignal,
  headers: Record<string, string> = {},
): Promise<Result<Name>> {
  const response = await send(`${REST}rpc/${name}`, { method: 'POST', body, signal, headers })
  return (await response.json()) as Result<Name>
}

/** Builds a query string; omits undefined and empty values. */
export function query(
  entries: readonly (readonly [string, string | undefined])[] | Record<string, string | undefined>,
): string {
  const search = new URLSearchParams()
  for (const [name, value] of Array.isArray(entries) ? entries : Object.entries(entries)) {
    if (value !== undefined && value !== '') search.append(name, value)
  }
  return search.toString()
}

/** Quotes a value for `in.(…)` or `or=(…)`. */
export const quoted = (value: string): string => `"${value.replace(/["\\]/g, '\\$&')}"`
