import type { OAuth2Client } from '../domain/receiver-auth.ts'
import { USER_AGENT } from '../settings/version.ts'
import type { Answer } from './answer.ts'
import type { OutgoingRequest } from './send.ts'
import { unusableToken } from './token-failure.ts'

/** How a client proves who it is (RFC 6749, 2.3.1): in a header, or in the body. */
export type ClientAuthentication = 'basic' | 'post'

export interface IssuedToken {
  value: string
  /** Milliseconds. */
  lifetime: number
}

/** Where the server does not say: a token that ends before is noticed by the endpoint's 401. */
const DEFAULT_LIFETIME_MS = 5 * 60_000
const MAX_LIFETIME_MS = 24 * 3_600_000
const MAX_TOKEN_LENGTH = 12_000
/** What a header may carry (RFC 6750, 2.1, and what servers send beyond it). */
const TOKEN = /^[\x21-\x7e]+$/

export function buildTokenRequest(
  client: OAuth2Client,
  authentication: ClientAuthentication,
  timeout: number,
): OutgoingRequest {
  const { client_id: id, client_secret: secret, scope, audience } = client
  const form = new URLSearchParams({ grant_type: 'client_credentials' })
  if (scope !== undefined) form.set('scope', scope)
  if (audience !== undefined) form.set('audience', audience)
  if (authentication === 'post') {
    form.set('client_id', id)
    form.set('client_secret', secret)
  }
  const pair = `${encodeForm(id)}:${encodeForm(secret)}`
  return {
    url: client.token_url,
    headers: {
      'Content-Type': 'application/x-www-form-urlencoded',
      Accept: 'application/json',
      'User-Agent': USER_AGENT,
      ...(authentication === 'basic'
        ? { Authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
        : {}),
    },
    body: Buffer.from(form.toString()),
    timeout,
  }
}

/** RFC 6749 wants both parts encoded as in a form. */
function encodeForm(text: string): string {
  return new URLSearchParams({ text }).toString().slice('text='.length)
}

/** Whether the server may accept the client if it proves who it is in the other way. */
export function refusesClient(answer: Answer): boolean {
  if (answer.kind !== 'response') return false
  const { statusCode, body } = answer
  return statusCode === 401 || (statusCode === 400 && /"error"\s*:\s*"invalid_(?:client|request)"/.test(body))
}

/** @throws TokenFailure */
export function readToken(body: string): IssuedToken {
  const { access_token: value, token_type: type, expires_in: seconds } = parse(body)
  if (typeof value !== 'string' || value === '') throw unusableToken('noToken')
  if (!TOKEN.test(value) || value.length > MAX_TOKEN_LENGTH) {
    throw unusableToken('badToken')
  }
  const isBearer = type === undefined || (typeof type === 'string' && type.toLowerCase() === 'bearer')
  if (!isBearer) {
    throw unusableToken('notBearer')
  }
  const stated = Number(seconds ?? Number.NaN) * 1_000
  const lifetime = Number.isFinite(stated) ? stated : DEFAULT_LIFETIME_MS
  return { value, lifetime: Math.min(Math.max(lifetime, 0), MAX_LIFETIME_MS) }
}

function parse(body: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(body)
    if (typeof parsed === 'object' && parsed !== null) return parsed as Record<string, unknown>
  } catch {
    // Explained like any other text.
  }
  throw unusableToken('notJson')
}
