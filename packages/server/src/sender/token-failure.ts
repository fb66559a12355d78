import type { Said } from '../domain/messages/phrase.ts'
import { phrase } from '../domain/messages/phrase.ts'
import { aboutTokenServer } from '../domain/messages/token-server.ts'
import { parseRetryAfter } from '../domain/retry-after.ts'
import type { OAuth2Client } from '../domain/receiver-auth.ts'
import type { Answer } from './answer.ts'

/** No access token could be had: the attempt has failed before its endpoint was asked. Names no secret and no token. */
export class TokenFailure extends Error {
  override readonly name = 'TokenFailure'
  /** The likely cause and the next step. */
  readonly diagnosis: Said
  /** Milliseconds that the token server asked to be left alone. */
  readonly retryAfter: number | undefined

  constructor(message: Said, diagnosis: Said, retryAfter?: number) {
    super(message)
    this.diagnosis = diagnosis
    this.retryAfter = retryAfter
  }
}

const MAX_QUOTED_LENGTH = 200
/** Shorter ones are found in any text. */
const MIN_SECRET_LENGTH = 4

/** What a token server says in its errors (RFC 6749, 5.2), and what to do. */
const ERRORS: Readonly<Record<string, Said>> = {
  invalid_client: phrase('token.client'),
  invalid_grant: phrase('token.grant'),
  invalid_scope: phrase('token.scope'),
  invalid_target: phrase('token.target'),
  unauthorized_client: phrase('token.unauthorized'),
  unsupported_grant_type: phrase('token.unsupported'),
}

const STATUSES: readonly (readonly [from: number, to: number, diagnosis: Said])[] = [
  [300, 399, phrase('token.redirect')],
  [400, 400, phrase('token.refused')],
  [401, 401, ERRORS['invalid_client']!],
  [403, 403, phrase('token.forbidden')],
  [404, 405, phrase('token.notFound')],
  [429, 429, phrase('token.limited')],
  [500, 999, phrase('token.failed')],
]

/** Explains an answer without a usable token. */
export function explainRefusal(
  { statusCode, headers, body }: Extract<Answer, { kind: 'response' }>,
  client: OAuth2Client,
  now: number,
): TokenFailure {
  const { error, error_description: description } = readError(body)
  const said = [error, description].filter((part) => part !== undefined).map((part) => quote(part, client))
  const message =
    said.length === 0
      ? phrase('token.status', { status: statusCode })
      : phrase('token.statusBecause', { status: statusCode, problem: said.join(': ') })
  const byStatus = STATUSES.find(([from, to]) => statusCode >= from && statusCode <= to)?.[2]
  const diagnosis = ERRORS[error ?? ''] ?? byStatus ?? UNUSABLE
  const waits = statusCode === 429 || statusCode === 503
  return new TokenFailure(
    message,
    diagnosis,
    waits ? parseRetryAfter(headers['retry-after'], now) : undefined,
  )
}

const UNUSABLE = phrase('token.unusable')

export function unusableToken(problem: 'noToken' | 'badToken' | 'notBearer' | 'notJson'): TokenFailure {
  return new TokenFailure(phrase(`token.${problem}`), UNUSABLE)
}

export function tokenTimeout(ms: number): TokenFailure {
  return new TokenFailure(phrase('token.timeout', { limit: ms }), phrase('token.timeoutAdvice'))
}

/** Explains a failed connection to the token server by the explanation of one to an endpoint. */
export function unreachableTokenServer(message: string, diagnosis: string): TokenFailure {
  return new TokenFailure(
    phrase('token.unreachable', { problem: aboutTokenServer(message) }),
    // Both come from the catalog.
    aboutTokenServer(diagnosis) as Said,
  )
}

interface TokenError {
  error?: string | undefined
  error_description?: string | undefined
}

function readError(body: string): TokenError {
  try {
    const parsed: unknown = JSON.parse(body)
    if (typeof parsed !== 'object' || parsed === null) return {}
    const { error, error_description: description } = parsed as Record<string, unknown>
    return {
      error: typeof error === 'string' ? error : undefined,
      error_description: typeof description === 'string' ? description : undefined,
    }
  } catch {
    return {}
  }
}

/** A server may repeat what it was sent. */
function quote(text: string, { client_id: id, client_secret: secret }: OAuth2Client): string {
  const forms = [secret, encodeURIComponent(secret), Buffer.from(`${id}:${secret}`).toString('base64')]
  const clean = forms.reduce(
    (said, form) => (form.length < MIN_SECRET_LENGTH ? said : said.replaceAll(form, '••••••')),
    text.replaceAll(/[^\x20-\x7e]+/g, ' '),
  )
  return clean.trim().slice(0, MAX_QUOTED_LENGTH)
}
