import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { Logger } from 'pino'
import type { Database } from '../../db/database.ts'
import { messageOf } from '../../errors.ts'
import { RestError } from '../rest/error-response.ts'
import type { Principal } from '../rest/principal.ts'
import { actFor } from './access.ts'
import { createKeyFinder, touchApiKey } from './api-keys.ts'
import type { FindApiKey } from './api-keys.ts'
import { looksLikeToken } from './tokens.ts'
import type { VerifyToken } from './tokens.ts'

/** Who a request comes from. */
export interface Caller {
  principal: Principal
  /** What its requests are counted by; null for the operator, whose requests are not. */
  countedAs: string | null
}

/** @throws ApiError 401 */
export type Authenticate = (headers: IncomingHttpHeaders) => Promise<Caller>

export interface AuthenticateOptions {
  database: Database
  serviceKey: string
  /** Undefined: no tokens are accepted. */
  verifyToken: VerifyToken | undefined
  log: Logger
}

/**
 * `Authorization: Bearer <key or token>`, or `apikey: <key>`. Where both are sent the first alone counts, as supabase-js
 * means it: with a session it sends the session's token there, without one the key of `apikey` once more.
 */
export function createAuthenticate(options: AuthenticateOptions): Authenticate {
  const isServiceKey = createComparison(options.serviceKey)
  const findKey = createKeyFinder(options.database)
  return async (headers) => {
    const credential = readCredential(headers)
    if (credential === undefined) throw refuseAnonymous()
    if (isServiceKey(credential)) {
      return { principal: { role: 'webhooks_service', organizationId: null }, countedAs: null }
    }
    return looksLikeToken(credential)
      ? await acceptToken(options, credential)
      : await acceptKey(options, findKey, credential)
  }
}

/** What a request is to be judged by; undefined for none. */
export function readCredential({ apikey, authorization }: IncomingHttpHeaders): string | undefined {
  const bearer = /^Bearer +(\S+)$/i.exec(authorization?.trim() ?? '')?.[1]
  const credential = bearer ?? (typeof apikey === 'string' ? apikey.trim() : '')
  return credential === '' ? undefined : credential
}

async function acceptToken({ verifyToken }: AuthenticateOptions, token: string): Promise<Caller> {
  if (verifyToken === undefined) {
    throw refuseKey('tokens are not accepted here', 'The operator accepts them by JWT_SECRET or JWKS_URL.')
  }
  const { organizationId, scope, subject } = await verifyToken(token)
  return { principal: actFor(organizationId, scope), countedAs: `token ${organizationId} ${subject}` }
}

async function acceptKey(
  { database, log }: AuthenticateOptions,
  findKey: FindApiKey,
  key: string,
): Promise<Caller> {
  const found = await findKey(key)
  if (found === undefined) {
    throw refuseKey('the key is not valid', 'Check for a cut-off key, or one that was revoked.')
  }
  if (found.is_stale) {
    touchApiKey(database, found.id).catch((error: unknown) =>
      log.warn({ error: messageOf(error) }, 'the use of a key could not be noted'),
    )
  }
  return { principal: actFor(found.organization_id, found.scope), countedAs: `key ${found.id}` }
}

function createComparison(secret: string): (given: string) => boolean {
  const expected = digest(secret)
  // Digests have one length, so that the comparison takes one time.
  return (given) => timingSafeEqual(digest(given), expected)
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function refuseAnonymous(): RestError {
  return new RestError(401, 'PGRST302', 'no credentials were given', {
    hint: 'Send the header apikey: <key>, or Authorization: Bearer <key or token>.',
    headers: { 'www-authenticate': 'Bearer' },
  })
}

function refuseKey(message: string, hint: string): RestError {
  return new RestError(401, 'PGRST301', message, {
    hint,
    headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
  })
}
