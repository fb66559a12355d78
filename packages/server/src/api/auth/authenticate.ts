import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { Logger } from 'pino'
import type { Database } from '../../database/database.ts'
import { messageOf } from '../../domain/errors.ts'
import { RestError } from '../../domain/errors.ts'
import type { Principal } from '../../domain/principal.ts'
import { readSessionCookie } from '../sessions/session-cookie.ts'
import type { KeyBehind, Session, SessionStore } from '../sessions/session-store.ts'
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
  /** What ends the sessions and links that it opens. */
  behind: KeyBehind
  /** Undefined for a key or token that came with the request itself. */
  session: Session | undefined
}

/** @throws ApiError 401 */
export type Authenticate = (headers: IncomingHttpHeaders) => Promise<Caller>

export interface AuthenticateOptions {
  database: Database
  serviceKey: string
  /** What the service key is told by in the sessions opened with it. */
  serviceMark: string
  sessions: SessionStore
  /** Undefined: no tokens are accepted. */
  verifyToken: VerifyToken | undefined
  log: Logger
}

/**
 * `Authorization: Bearer <key or token>`, or `apikey: <key>`. Where both are sent the first alone counts, as supabase-js
 * means it: with a session it sends the session's token there, without one the key of `apikey` once more. Without either,
 * the cookie of a session.
 */
export function createAuthenticate(options: AuthenticateOptions): Authenticate {
  const isServiceKey = createComparison(options.serviceKey)
  const findKey = createKeyFinder(options.database)
  return async (headers) => {
    const credential = readKey(headers)
    if (credential === undefined) return await acceptSession(options, readSessionCookie(headers))
    if (isServiceKey(credential)) {
      const behind = { apiKeyId: null, serviceMark: options.serviceMark }
      const actor = { kind: 'service_key', id: null, name: null } as const
      return { principal: { ...OPERATOR, actor }, countedAs: null, behind, session: undefined }
    }
    return looksLikeToken(credential)
      ? await acceptToken(options, credential)
      : await acceptKey(options, findKey, credential)
  }
}

const OPERATOR: Principal = { role: 'webhooks_service', organizationId: null }
const NO_KEY: KeyBehind = { apiKeyId: null, serviceMark: null }

/** What a request is to be judged by; undefined for none. */
export function readCredential(headers: IncomingHttpHeaders): string | undefined {
  return readKey(headers) ?? readSessionCookie(headers)
}

function readKey({ apikey, authorization }: IncomingHttpHeaders): string | undefined {
  const bearer = /^Bearer +(\S+)$/i.exec(authorization?.trim() ?? '')?.[1]
  const credential = bearer ?? (typeof apikey === 'string' ? apikey.trim() : '')
  return credential === '' ? undefined : credential
}

async function acceptToken({ verifyToken }: AuthenticateOptions, token: string): Promise<Caller> {
  if (verifyToken === undefined) {
    throw refuseKey('tokens are not accepted here', 'The operator accepts them by JWT_SECRET or JWKS_URL.')
  }
  const { organizationId, scope, subject } = await verifyToken(token)
  return {
    principal: { ...actFor(organizationId, scope), actor: { kind: 'jwt', id: subject, name: null } },
    countedAs: `token ${organizationId} ${subject}`,
    behind: NO_KEY,
    session: undefined,
  }
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
  const actor = { kind: 'api_key', id: found.id, name: nameKey(found) } as const
  return {
    principal: { ...actFor(found.organization_id, found.scope), origin: found.name, actor },
    countedAs: `key ${found.id}`,
    behind: { apiKeyId: found.id, serviceMark: null },
    session: undefined,
  }
}

/** A session counts as the key behind it does: with many sessions one may not ask more. */
async function acceptSession(
  { sessions, log }: AuthenticateOptions,
  token: string | undefined,
): Promise<Caller> {
  if (token === undefined) throw refuseAnonymous()
  const session = await sessions.find(token)
  if (session === undefined) throw refuseEnded()
  if (session.is_stale) {
    sessions
      .touch(session.id)
      .catch((error: unknown) =>
        log.warn({ error: messageOf(error) }, 'the use of a session could not be noted'),
      )
  }
  const { id, organization_id, scope, api_key_id, service_mark } = session
  const behind = { apiKeyId: api_key_id, serviceMark: service_mark }
  const actor = { kind: 'session', id, name: nameOpener(session) } as const
  if (organization_id === null || scope === 'service') {
    return { principal: { ...OPERATOR, actor }, countedAs: null, behind, session }
  }
  const countedAs = api_key_id === null ? `session ${id}` : `key ${api_key_id}`
  return { principal: { ...actFor(organization_id, scope), actor }, countedAs, behind, session }
}

/** As people tell keys apart. */
const nameKey = ({ name, hint }: { name: string; hint: string }): string => `${name} (${hint})`

function nameOpener({ is_of_link, service_mark, key_name, key_hint }: Session): string {
  const key = key_name === null || key_hint === null ? undefined : nameKey({ name: key_name, hint: key_hint })
  const by = key ?? (service_mark === null ? 'a token' : 'the service key')
  return is_of_link ? `by a link made with ${by}` : `opened with ${by}`
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

/** Not counted as a guess: a page that was left open asks with its old session a few times. */
function refuseEnded(): RestError {
  return new RestError(401, 'PGRST303', 'the session has ended', {
    hint: 'Sign in again.',
    headers: { 'www-authenticate': 'Bearer' },
  })
}

function refuseKey(message: string, hint: string): RestError {
  return new RestError(401, 'PGRST301', message, {
    hint,
    headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
  })
}
