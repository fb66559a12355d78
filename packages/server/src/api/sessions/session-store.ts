import { createHash, createHmac, randomBytes } from 'node:crypto'
import type { Database } from '../../database/database.ts'
import { loadStatement } from '../../database/statement.ts'
import { inNameOf } from '../../database/act-as.ts'
import type { Scope } from '../auth/access.ts'
import type { Actor } from '../../domain/principal.ts'

const createLinkStatement = loadStatement(import.meta.url, 'create-link')
const redeemLinkStatement = loadStatement(import.meta.url, 'redeem-link')
const openSessionStatement = loadStatement(import.meta.url, 'open-session')
const findSessionStatement = loadStatement(import.meta.url, 'find-session')
const touchSessionStatement = loadStatement(import.meta.url, 'touch-session')
const endSessionStatement = loadStatement(import.meta.url, 'end-session')

const SESSION_TOKEN = /^cgw_session_[A-Za-z0-9_-]{43}$/
const LINK_TOKEN = /^cgw_link_[A-Za-z0-9_-]{43}$/

/** The key that a session or link ends with; both null for a token of the CRM's, which ends by itself. */
export interface KeyBehind {
  apiKeyId: string | null
  serviceMark: string | null
}

/** What a session shows of itself. Its end moves on with use, up to the latest one. */
export interface SessionRow {
  id: string
  /** Null for the operator's, which may act for every organization. */
  organization_id: string | null
  scope: 'service' | Exclude<Scope, 'emit'>
  expires_at: Date
  latest_end: Date
}

/** One that a request came with. */
export interface Session extends SessionRow {
  api_key_id: string | null
  service_mark: string | null
  /** Opened by a one-time link, not by a key. */
  is_of_link: boolean
  /** Of the key behind it; null where there is none. */
  key_name: string | null
  key_hint: string | null
  is_stale: boolean
}

export interface OpenedSession {
  /** For the cookie; stored is its digest alone. */
  token: string
  session: SessionRow
}

export interface LinkRequest {
  organizationId: string
  seconds: number
  behind: KeyBehind
  /** The session that asks for it; the link ends with that at the latest. */
  sessionId: string | undefined
}

export interface SessionRequest {
  organizationId: string | null
  scope: SessionRow['scope']
  behind: KeyBehind
}

/**
 * Sessions of the settings page: kept in the database, so that they count and end on all nodes at once. What is changed is
 * audited in the name of `actor`.
 */
export interface SessionStore {
  createLink(request: LinkRequest, actor: Actor | undefined): Promise<{ token: string; expiresAt: Date }>
  /** Undefined for a link that is unknown, was used or has ended. */
  redeemLink(token: string, actor: Actor): Promise<OpenedSession | undefined>
  open(request: SessionRequest, actor: Actor | undefined): Promise<OpenedSession>
  /** Undefined for a session that is unknown or has ended. */
  find(token: string): Promise<Session | undefined>
  touch(id: string): Promise<void>
  end(token: string, actor: Actor): Promise<void>
}

/** @param serviceMarks those of the service key that counts now; see `markServiceKey` */
export function createSessionStore(database: Database, serviceMarks: readonly string[]): SessionStore {
  const marks = `{${serviceMarks.join(',')}}`
  return {
    async createLink({ organizationId, seconds, behind, sessionId }, actor) {
      const token = generateToken('cgw_link_')
      const { apiKeyId, serviceMark } = behind
      const params = [organizationId, hash(token), apiKeyId, serviceMark, seconds, sessionId ?? null]
      const { rows } = await inNameOf(database, actor, (connection) =>
        connection.query<{ expires_at: Date }>(createLinkStatement, params),
      )
      return { token, expiresAt: rows[0]!.expires_at }
    },
    async redeemLink(link, actor) {
      if (!LINK_TOKEN.test(link)) return undefined
      const token = generateToken('cgw_session_')
      const { rows } = await inNameOf(database, actor, (connection) =>
        connection.query<SessionRow>(redeemLinkStatement, [hash(link), hash(token), marks]),
      )
      return rows[0] === undefined ? undefined : { token, session: rows[0] }
    },
    async open({ organizationId, scope, behind: { apiKeyId, serviceMark } }, actor) {
      const token = generateToken('cgw_session_')
      const params = [hash(token), organizationId, scope, apiKeyId, serviceMark]
      const { rows } = await inNameOf(database, actor, (connection) =>
        connection.query<SessionRow>(openSessionStatement, params),
      )
      return { token, session: rows[0]! }
    },
    async find(token) {
      if (!SESSION_TOKEN.test(token)) return undefined
      return (await database.query<Session>(findSessionStatement, [hash(token), marks])).rows[0]
    },
    async touch(id) {
      await database.query(touchSessionStatement, [id])
    },
    async end(token, actor) {
      await inNameOf(database, actor, (connection) => connection.query(endSessionStatement, [hash(token)]))
    },
  }
}

/**
 * What tells later whether a session was opened with the service key of today: one mark for each encryption key, the first
 * to be stored. Keyed, so that whoever reads the database cannot try service keys against it.
 */
export function markServiceKey(serviceKey: string, encryptionKeys: readonly Buffer[]): string[] {
  return encryptionKeys.map((key) =>
    createHmac('sha256', key).update(`service key of a session: ${serviceKey}`).digest('hex'),
  )
}

/** 256 bits of randomness behind a prefix by which a leaked token is recognized. */
function generateToken(prefix: string): string {
  return prefix + randomBytes(32).toString('base64url')
}

function hash(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
