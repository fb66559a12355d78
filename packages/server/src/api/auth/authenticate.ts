import type { Said } from '../../domain/messages/phrase.ts'
import { phrase } from '../../domain/messages/phrase.ts'
import { hash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { Logger } from 'pino'
import type { Database } from '../../database/database.ts'
import type { Clock } from '../../domain/clock.ts'
import { messageOf } from '../../domain/errors.ts'
import { RestError } from '../../domain/errors.ts'
import type { Principal } from '../../domain/principal.ts'
import { readSessionCookie } from '../sessions/session-cookie.ts'
import type { SourceKey, Session, SessionStore } from '../sessions/session-store.ts'
import { OPERATOR, principalFor } from '../../domain/principal.ts'
import { createKeyFinder, touchApiKey } from './api-keys.ts'
import type { ApiKey, KeyFinder } from './api-keys.ts'
import { looksLikeToken } from './tokens.ts'
import type { VerifyToken } from './tokens.ts'

/** The authenticated sender of a request. */
export interface Caller {
  principal: Principal
  /** The name under which its requests are counted; null for the operator, whose requests are not limited. */
  rateLimitKey: string | null
  /** The key whose end also ends the sessions and links that the caller opens. */
  sourceKey: SourceKey
  /** Undefined if the request itself has a key or token. */
  session: Session | undefined
  /**
   * Looks up a key that may have been revoked meanwhile. Undefined if the caller is known for certain.
   * @throws ApiError 401
   */
  confirm?: () => Promise<void>
}

export interface RequestKind {
  /** An ordinary post of events, which has to be accepted while the database does not answer. */
  isEventPost?: boolean
}

/** @throws ApiError 401 */
export type Authenticate = (headers: IncomingHttpHeaders, kind?: RequestKind) => Promise<Caller>

export interface AuthenticateOptions {
  database: Database
  serviceKey: string
  /** Identifies the service key in the sessions opened with it. */
  serviceMark: string
  sessions: SessionStore
  /** Undefined: no tokens are accepted. */
  verifyToken: VerifyToken | undefined
  /**
   * Accepts an organization's key for posts of events if it was looked up a moment ago, or when the database last answered. Such a
   * caller has `confirm`.
   */
  acceptsRecentKeys: boolean
  clock: Clock
  log: Logger
}

/**
 * Reads the credential from `Authorization: Bearer <key or token>`, or `apikey: <key>`, or else the session cookie. If
 * both headers are sent, only the first counts, which suits supabase-js: it sends the token of its session there, or
 * repeats the `apikey` key if it has no session.
 */
export function createAuthenticate(options: AuthenticateOptions): Authenticate {
  const isServiceKey = createComparison(options.serviceKey)
  const keys = createKeyFinder(options.database, options.clock)
  return async (headers, { isEventPost = false } = {}) => {
    const credential = readKey(headers)
    if (credential === undefined) return await acceptSession(options, readSessionCookie(headers))
    if (isServiceKey(credential)) {
      const sourceKey = { apiKeyId: null, serviceMark: options.serviceMark }
      const actor = { kind: 'service_key', id: null, name: null } as const
      return { principal: { ...OPERATOR, actor }, rateLimitKey: null, sourceKey, session: undefined }
    }
    return looksLikeToken(credential)
      ? await acceptToken(options, credential)
      : await acceptKey(options, keys, credential, options.acceptsRecentKeys && isEventPost)
  }
}

const NO_SOURCE_KEY: SourceKey = { apiKeyId: null, serviceMark: null }

/** Returns the credential of a request; undefined if it has none. */
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
    throw refuseKey(phrase('error.noTokens'), phrase('hint.enableTokens'))
  }
  const { organizationId, scope, subject } = await verifyToken(token)
  return {
    principal: { ...principalFor(organizationId, scope), actor: { kind: 'jwt', id: subject, name: null } },
    rateLimitKey: `token ${organizationId} ${subject}`,
    sourceKey: NO_SOURCE_KEY,
    session: undefined,
  }
}

async function acceptKey(
  { database, log }: AuthenticateOptions,
  keys: KeyFinder,
  key: string,
  acceptsRecent: boolean,
): Promise<Caller> {
  const found = requireKey(await (acceptsRecent ? keys.findRecent(key) : keys.find(key)))
  if (found.is_stale) {
    // Requests that share the result do not record the same use.
    found.is_stale = false
    touchApiKey(database, found.id).catch((error: unknown) =>
      log.warn({ error: messageOf(error) }, 'cannot record when a key was last used'),
    )
  }
  const actor = { kind: 'api_key', id: found.id, name: keyLabel(found) } as const
  return {
    principal: { ...principalFor(found.organization_id, found.scope), origin: found.name, actor },
    rateLimitKey: `key ${found.id}`,
    sourceKey: { apiKeyId: found.id, serviceMark: null },
    session: undefined,
    ...(acceptsRecent ? { confirm: async () => void requireKey(await keys.find(key)) } : {}),
  }
}

function requireKey(found: ApiKey | undefined): ApiKey {
  if (found === undefined) throw refuseKey(phrase('error.key'), phrase('hint.wholeKey'))
  return found
}

/** A session counts toward the limit of its key: more sessions do not allow more requests. */
async function acceptSession(
  { sessions, log }: AuthenticateOptions,
  token: string | undefined,
): Promise<Caller> {
  if (token === undefined) throw refuseAnonymous()
  const session = await sessions.find(token)
  if (session === undefined) throw sessionEnded()
  if (session.is_stale) {
    sessions
      .touch(session.id)
      .catch((error: unknown) =>
        log.warn({ error: messageOf(error) }, 'cannot record when a session was last used'),
      )
  }
  const { id, organization_id, scope, api_key_id, service_mark } = session
  const sourceKey = { apiKeyId: api_key_id, serviceMark: service_mark }
  const actor = { kind: 'session', id, name: sessionLabel(session) } as const
  if (organization_id === null || scope === 'service') {
    return { principal: { ...OPERATOR, actor }, rateLimitKey: null, sourceKey, session }
  }
  const rateLimitKey = api_key_id === null ? `session ${id}` : `key ${api_key_id}`
  return { principal: { ...principalFor(organization_id, scope), actor }, rateLimitKey, sourceKey, session }
}

/** The label by which people recognize a key. */
const keyLabel = ({ name, hint }: { name: string; hint: string }): string => `${name} (${hint})`

function sessionLabel({ is_of_link, service_mark, key_name, key_hint }: Session): string {
  const key =
    key_name === null || key_hint === null ? undefined : keyLabel({ name: key_name, hint: key_hint })
  const by = key ?? (service_mark === null ? 'a token' : 'the service key')
  return is_of_link ? `by a link made with ${by}` : `opened with ${by}`
}

function createComparison(secret: string): (given: string) => boolean {
  const expected = digest(secret)
  // Digests have the same length, so the comparison takes constant time.
  return (given) => timingSafeEqual(digest(given), expected)
}

function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}

function refuseAnonymous(): RestError {
  return new RestError(401, 'PGRST302', phrase('error.noCredentials'), {
    hint: phrase('hint.sendKey'),
    headers: { 'www-authenticate': 'Bearer' },
  })
}

/** Not counted as a failed login: a page left open sends its expired session several times. */
function sessionEnded(): RestError {
  return new RestError(401, 'PGRST303', phrase('error.sessionEnded'), {
    hint: phrase('hint.signInAgain'),
    headers: { 'www-authenticate': 'Bearer' },
  })
}

function refuseKey(message: Said, hint: Said): RestError {
  return new RestError(401, 'PGRST301', message, {
    hint,
    headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
  })
}
