import { createHash, createHmac, randomBytes } from 'node:crypto'
import type { Connection, Database } from '../../database/database.ts'
import { plainArray } from '../../database/array-literal.ts'
import type { RowOf } from '../../database/statement.ts'
import { runWithActor } from '../../database/act-as.ts'
import type { Scope } from '../../domain/principal.ts'
import type { Actor } from '../../domain/principal.ts'
import {
  createLink,
  endSession,
  findSession,
  openSession,
  redeemLink,
  touchSession,
} from './sql/statements.generated.ts'

const SESSION_TOKEN = /^cgw_session_[A-Za-z0-9_-]{43}$/
const LINK_TOKEN = /^cgw_link_[A-Za-z0-9_-]{43}$/

/** The key whose end also ends a session or link; both null for a token of the CRM, which expires. */
export interface SourceKey {
  apiKeyId: string | null
  serviceMark: string | null
}

/** The public fields of a session. Each use extends its end, up to the maximum. */
export interface SessionRow extends RowOf<typeof openSession> {
  /** Null for the operator's session, which may act for every organization. */
  organization_id: string | null
  scope: 'service' | Exclude<Scope, 'emit'>
}

/** The session of a request. */
export interface Session extends RowOf<typeof findSession> {
  scope: SessionRow['scope']
  /** Opened by a one-time link, not by a key. */
  is_of_link: boolean
  /** Name of the session's key; null if there is none. */
  key_name: string | null
}

export interface OpenedSession {
  /** For the cookie; only its digest is stored. */
  token: string
  session: SessionRow
}

export interface LinkRequest {
  organizationId: string
  seconds: number
  sourceKey: SourceKey
  /** The session that requests the link; the link ends with it at the latest. */
  sessionId: string | undefined
}

/** The token is in the link only; its digest is stored. */
export interface CreatedLink {
  token: string
  expiresAt: Date
}

export interface SessionRequest {
  organizationId: string | null
  scope: SessionRow['scope']
  sourceKey: SourceKey
}

/**
 * Sessions of the settings page. They are stored in the database, so that they start and end on all nodes at once.
 * Changes are audited with `actor`.
 */
export interface SessionStore {
  /** @param keep the last part of the transaction */
  createLink(
    request: LinkRequest,
    actor: Actor | undefined,
    keep?: (connection: Connection, link: CreatedLink) => Promise<void>,
  ): Promise<CreatedLink>
  /** Undefined for a link that is unknown, used or expired. */
  redeemLink(token: string, actor: Actor): Promise<OpenedSession | undefined>
  open(request: SessionRequest, actor: Actor | undefined): Promise<OpenedSession>
  /** Undefined for a session that is unknown or expired. */
  find(token: string): Promise<Session | undefined>
  touch(id: string): Promise<void>
  end(token: string, actor: Actor): Promise<void>
}

/** @param serviceMarks the marks of the current service key; see `markServiceKey` */
export function createSessionStore(database: Database, serviceMarks: readonly string[]): SessionStore {
  const marks = plainArray(serviceMarks)
  return {
    async createLink({ organizationId, seconds, sourceKey, sessionId }, actor, keep) {
      const token = generateToken('cgw_link_')
      const params = {
        organizationId,
        tokenHash: hash(token),
        ...sourceKey,
        seconds,
        sessionId: sessionId ?? null,
      }
      return await runWithActor(database, actor, async (connection) => {
        const { rows } = await connection.query(...createLink(params))
        const link = { token, expiresAt: rows[0]!.expires_at }
        await keep?.(connection, link)
        return link
      })
    },
    async redeemLink(link, actor) {
      if (!LINK_TOKEN.test(link)) return undefined
      const token = generateToken('cgw_session_')
      const { rows } = await runWithActor(database, actor, (connection) =>
        connection.query(
          ...redeemLink({ linkHash: hash(link), tokenHash: hash(token), serviceMarks: marks }),
        ),
      )
      return rows[0] === undefined ? undefined : { token, session: readScope(rows[0]) }
    },
    async open({ organizationId, scope, sourceKey }, actor) {
      const token = generateToken('cgw_session_')
      const params = { tokenHash: hash(token), organizationId, scope, ...sourceKey }
      const { rows } = await runWithActor(database, actor, (connection) =>
        connection.query(...openSession(params)),
      )
      return { token, session: readScope(rows[0]!) }
    },
    async find(token) {
      if (!SESSION_TOKEN.test(token)) return undefined
      const { rows } = await database.query(...findSession({ tokenHash: hash(token), serviceMarks: marks }))
      return rows[0] === undefined ? undefined : readScope(rows[0])
    },
    async touch(id) {
      await database.query(...touchSession({ id }))
    },
    async end(token, actor) {
      await runWithActor(database, actor, (connection) =>
        connection.query(...endSession({ tokenHash: hash(token) })),
      )
    },
  }
}

/** A check of the table allows no other scopes. */
function readScope<R extends { scope: string }>(row: R): R & Pick<SessionRow, 'scope'> {
  return { ...row, scope: row.scope as SessionRow['scope'] }
}

/**
 * Derives marks that later tell if a session was opened with the current service key: one per encryption key, the first
 * of which is stored. They are keyed, so that readers of the database cannot test guessed service keys.
 */
export function markServiceKey(serviceKey: string, encryptionKeys: readonly Buffer[]): string[] {
  return encryptionKeys.map((key) =>
    createHmac('sha256', key).update(`service key of a session: ${serviceKey}`).digest('hex'),
  )
}

/** 256 random bits after a prefix that identifies leaked tokens. */
function generateToken(prefix: string): string {
  return prefix + randomBytes(32).toString('base64url')
}

function hash(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
