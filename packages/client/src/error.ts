/** A text of the server as a code that never changes, for clients that say it in another language: see docs/api.md. */
export interface CodedText {
  code: string
  params: Readonly<Record<string, unknown>>
}

/** What is wrong with a request, or with a field of it. */
export interface Problem extends CodedText {
  /** Null: the problem is of no field. */
  field?: string | null
}

/** What a failed call is told by; see `WebhooksError`. */
export interface ErrorFacts {
  code: string
  status?: number | undefined
  details?: string | null | undefined
  hint?: string | null | undefined
  retryAfter?: number | undefined
  requestId?: string | undefined
  problems?: readonly Problem[] | undefined
  advice?: CodedText | undefined
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
  /** The message as codes, one for each field; empty where it has none. */
  readonly problems: readonly Problem[]
  /** The hint as a code; undefined where it has none. */
  readonly advice: CodedText | undefined

  constructor(message: string, facts: ErrorFacts) {
    super(message)
    this.code = facts.code
    this.status = facts.status
    this.details = facts.details ?? null
    this.hint = facts.hint ?? null
    this.retryAfter = facts.retryAfter
    this.requestId = facts.requestId
    this.problems = facts.problems ?? []
    this.advice = facts.advice
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
    const body = JSON.parse(shown) as Record<string, unknown>
    const { code, message, details, hint } = body
    if (typeof code === 'string' && typeof message === 'string') {
      const { problems, advice } = body as Pick<ErrorFacts, 'problems' | 'advice'>
      const texts = { details: readText(details), hint: readText(hint) }
      return new WebhooksError(message, { ...facts, code, ...texts, problems, advice })
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
