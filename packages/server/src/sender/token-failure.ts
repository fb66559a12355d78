import { aboutTokenServer } from '../domain/messages/token-server.ts'
import { parseRetryAfter } from '../domain/retry-after.ts'
import type { OAuth2Client } from '../domain/receiver-auth.ts'
import type { Answer } from './answer.ts'

/** No access token could be had: the attempt has failed before its endpoint was asked. Names no secret and no token. */
export class TokenFailure extends Error {
  override readonly name = 'TokenFailure'
  /** The likely cause and the next step. */
  readonly diagnosis: string
  /** Milliseconds that the token server asked to be left alone. */
  readonly retryAfter: number | undefined

  constructor(message: string, diagnosis: string, retryAfter?: number) {
    super(message)
    this.diagnosis = diagnosis
    this.retryAfter = retryAfter
  }
}

const MAX_QUOTED_LENGTH = 200
/** Shorter ones are found in any text. */
const MIN_SECRET_LENGTH = 4

/** What a token server says in its errors (RFC 6749, 5.2), and what to do. */
const ERRORS: Readonly<Record<string, string>> = {
  invalid_client:
    'The token server does not know the client, or its secret is wrong. Check client_id and client_secret, and whether the secret has expired.',
  invalid_grant: 'The token server refuses the grant. Check that the client may use client credentials.',
  invalid_scope:
    'The token server does not know the scope, or the client may not have it. Correct the scope.',
  invalid_target: 'The token server does not know the audience. Correct it.',
  unauthorized_client:
    'The client may not use the grant client_credentials. Allow it in the settings of the client at your token server.',
  unsupported_grant_type:
    'The token server does not offer the grant client_credentials. Enable it there, or check the token URL.',
}

const STATUSES: readonly (readonly [from: number, to: number, diagnosis: string])[] = [
  [
    300,
    399,
    'The token server redirects, and redirects are not followed. Set the token URL to the final URL.',
  ],
  [400, 400, 'The token server refused the request. Check scope and audience, and whether it demands one.'],
  [401, 401, ERRORS['invalid_client']!],
  [
    403,
    403,
    'The token server forbids the request. Check the rights of the client, and any firewall in front of it.',
  ],
  [404, 405, 'There is no token endpoint at this URL. Check the token URL.'],
  [429, 429, 'The token server limits requests. The delivery is retried automatically.'],
  [500, 999, 'The token server failed. Check its logs; the delivery is retried automatically.'],
]

/** Explains an answer without a usable token. */
export function explainRefusal(
  { statusCode, headers, body }: Extract<Answer, { kind: 'response' }>,
  client: OAuth2Client,
  now: number,
): TokenFailure {
  const { error, error_description: description } = readError(body)
  const said = [error, description].filter((part) => part !== undefined).map((part) => quote(part, client))
  const message = `the token server returned ${statusCode}${said.length === 0 ? '' : ` (${said.join(': ')})`}`
  const byStatus = STATUSES.find(([from, to]) => statusCode >= from && statusCode <= to)?.[2]
  const diagnosis = ERRORS[error ?? ''] ?? byStatus ?? UNUSABLE
  const waits = statusCode === 429 || statusCode === 503
  return new TokenFailure(
    message,
    diagnosis,
    waits ? parseRetryAfter(headers['retry-after'], now) : undefined,
  )
}

const UNUSABLE =
  'The token server answered without an access token. Check that the token URL is that of an OAuth 2.0 token endpoint.'

export function unusableToken(problem: string): TokenFailure {
  return new TokenFailure(`the token server ${problem}`, UNUSABLE)
}

export function tokenTimeout(ms: number): TokenFailure {
  return new TokenFailure(
    `the token server did not answer within ${ms} ms`,
    "The token server is slow or unreachable. It may take half of the webhook's timeout. Check it and the token URL; the delivery is retried automatically.",
  )
}

/** Explains a failed connection to the token server by the explanation of one to an endpoint. */
export function unreachableTokenServer(message: string, diagnosis: string): TokenFailure {
  return new TokenFailure(`no access token: ${aboutTokenServer(message)}`, aboutTokenServer(diagnosis))
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
