/** What a failed call is told by; see `WebhooksError`. */
export interface ErrorFacts {
  code: string
  status?: number | undefined
  details?: string | null | undefined
  hint?: string | null | undefined
  retryAfter?: number | undefined
  requestId?: string | undefined
}

/**
 * A call that failed. `code` is one of the API's error codes (docs/errors.md) or one of the client's own:
 *
 * - `unreachable`: no response arrived
 * - `timeout`: the response did not arrive in time
 * - `redirected`: the server redirects, and the key is not sent elsewhere
 * - `unexpected_response`: what responds is not the API, such as a proxy's page
 * - `not_found`: the row to update does not exist
 * - `invalid_option`: an option cannot be used
 *
 * It never contains the key.
 */
export class WebhooksError extends Error {
  override readonly name = 'WebhooksError'
  readonly code: string
  /** The status of the response; undefined without one. */
  readonly status: number | undefined
  readonly details: string | null
  /** What to do about it. */
  readonly hint: string | null
  /** Seconds after which the call may succeed, from `Retry-After`. */
  readonly retryAfter: number | undefined
  /** The id of the request in the server's log. */
  readonly requestId: string | undefined

  constructor(message: string, { code, status, details, hint, retryAfter, requestId }: ErrorFacts) {
    super(message)
    this.code = code
    this.status = status
    this.details = details ?? null
    this.hint = hint ?? null
    this.retryAfter = retryAfter
    this.requestId = requestId
  }
}

/** @param hide the key, in case that a proxy repeats it */
export function readRefusal(status: number, headers: Headers, text: string, hide: string): WebhooksError {
  const facts = {
    status,
    retryAfter: parseRetryAfter(headers.get('retry-after')),
    requestId: headers.get('x-request-id') ?? undefined,
  }
  const shown = text.split(hide).join('•••')
  try {
    const { code, message, details, hint } = JSON.parse(shown) as Record<string, unknown>
    if (typeof code === 'string' && typeof message === 'string') {
      return new WebhooksError(message, { ...facts, code, details: readText(details), hint: readText(hint) })
    }
  } catch {
    // No JSON: not from the API.
  }
  return new WebhooksError(`the server returned ${status} but is not ConnectGain Webhooks`, {
    ...facts,
    code: 'unexpected_response',
  })
}

const readText = (value: unknown): string | null =>
  value === null || value === undefined ? null : typeof value === 'string' ? value : JSON.stringify(value)

function parseRetryAfter(header: string | null): number | undefined {
  if (header === null) return undefined
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1_000
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds)
}
