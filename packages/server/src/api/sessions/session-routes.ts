import type { Said } from '../../domain/messages/phrase.ts'
import { phrase } from '../../domain/messages/phrase.ts'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { z } from 'zod'
import { ApiError } from '../../domain/errors.ts'
import type { Caller, Authenticate } from '../auth/authenticate.ts'
import { looksLikeToken } from '../auth/tokens.ts'
import { clientInfo } from '../auth/client-info.ts'
import type { Admission } from '../limits/admission.ts'
import { parseArguments } from '../../rest/request/body.ts'
import { RestError } from '../../domain/errors.ts'
import type { Actor } from '../../domain/principal.ts'
import { scopeOf } from '../../domain/principal.ts'
import { parseRow } from '../tables/field-problems.ts'
import { isSecure, requireSameOrigin, requireCsrfHeader } from './csrf-header.ts'
import { readSessionCookie, writeSessionCookie } from './session-cookie.ts'
import type { OpenedSession, SessionRow, SessionStore } from './session-store.ts'

export interface SessionSettings {
  publicUrl: string | undefined
  /** Origins that may frame the page. */
  frameAncestors: readonly string[]
  /** Undefined: no alert can be mailed. */
  smtpUrl: URL | undefined
}

export interface SessionRoutesOptions {
  sessions: SessionStore
  admission: Admission
  authenticate: Authenticate
  settings: SessionSettings
  log: Logger
}

const credential = z
  .string(phrase('field.text'))
  .min(1, phrase('field.empty'))
  .max(500, phrase('field.tooLong'))

/** The body of a sign-in: a one-time link's token, or a key. */
export const signInSchema = z
  .strictObject({ token: credential.optional(), key: credential.optional() })
  .refine(({ token, key }) => (token === undefined) !== (key === undefined), {
    error: phrase('field.eitherTokenOrKey'),
    path: ['token'],
  })

/**
 * Adds `/session`: sign in (POST), current session (GET), sign out (DELETE). The session is in a cookie that scripts
 * cannot read.
 *
 * Other sites cannot sign a browser in: the body has to be JSON, which needs a CORS preflight from another origin, and
 * none is granted.
 */
export function sessionRoutes(server: FastifyInstance, options: SessionRoutesOptions): void {
  const { sessions, settings, log } = options
  const { publicUrl } = settings

  server.post('/session', async (request, reply) => {
    requireSameOrigin(request, publicUrl)
    requireJson(request)
    const input = parseRow(signInSchema, parseArguments(request.body))
    const opened = await signIn(options, input, request)
    const before = readSessionCookie(request.headers)
    if (before !== undefined) await sessions.end(before, sessionAt(request))
    const { id, organization_id, scope } = opened.session
    log.info({ session: id, organization: organization_id, scope }, 'signed in')
    setCookie(request, reply, opened)
    return await sendSession(reply, opened.session, settings)
  })

  server.get('/session', async (request, reply) => {
    const caller = await authenticateSession(options, request)
    return await sendSession(reply, caller.session!, settings)
  })

  server.delete('/session', async (request, reply) => {
    const token = readSessionCookie(request.headers)
    if (token !== undefined) {
      requireCsrfHeader(request, publicUrl)
      await sessions.end(token, sessionAt(request))
    }
    setCookie(request, reply, undefined)
    return await reply.status(204).header('cache-control', 'no-store').send()
  })

  function setCookie(request: FastifyRequest, reply: FastifyReply, opened: OpenedSession | undefined): void {
    const seconds = opened === undefined ? 0 : (opened.session.latest_end.getTime() - Date.now()) / 1_000
    const cookie = writeSessionCookie(opened?.token, seconds, {
      isSecure: isSecure(request, publicUrl),
      isFramed: settings.frameAncestors.length > 0,
    })
    reply.header('set-cookie', cookie)
  }
}

/** Uses only the cookie: a key has no session. */
async function authenticateSession(
  { admission }: SessionRoutesOptions,
  request: FastifyRequest,
): Promise<Caller> {
  const { cookie } = request.headers
  const { caller } = await admission.admit(cookie === undefined ? {} : { cookie }, request.ip)
  return caller
}

async function signIn(
  { sessions, admission, authenticate }: SessionRoutesOptions,
  { token, key }: z.infer<typeof signInSchema>,
  request: FastifyRequest,
): Promise<OpenedSession> {
  if (token !== undefined) {
    return await admission.verifyCredential(token, request.ip, async () => {
      const opened = await sessions.redeemLink(token, sessionAt(request))
      if (opened === undefined) throw refuse(phrase('error.link'), phrase('hint.newLink'))
      return opened
    })
  }
  const given = key!.trim()
  if (looksLikeToken(given)) throw refuse(phrase('error.tokenSession'), phrase('hint.keyOrLink'))
  const caller = await admission.verifyCredential(given, request.ip, () => authenticate({ apikey: given }))
  const { organizationId, actor } = caller.principal
  return await sessions.open(
    { organizationId, scope: getScope(caller), sourceKey: caller.sourceKey },
    actor === undefined ? undefined : { ...actor, ...clientInfo(request) },
  )
}

/** The session that the request opens or ends, for the audit log. */
function sessionAt(request: FastifyRequest): Actor {
  return { kind: 'session', id: null, name: null, ...clientInfo(request) }
}

function getScope({ principal: { role } }: Caller): SessionRow['scope'] {
  const scope = scopeOf(role)
  if (scope !== 'emit') return scope
  throw new ApiError(403, '42501', phrase('error.scope', { scope: 'emit', what: phrase('page.settings') }), {
    hint: phrase('hint.readKey'),
  })
}

function requireJson({ headers }: FastifyRequest): void {
  if (/^application\/json\b/i.test(headers['content-type'] ?? '')) return
  throw new ApiError(415, 'PGRST102', phrase('error.signInJson'), {
    hint: phrase('hint.sendJson'),
  })
}

function refuse(message: Said, hint: Said): RestError {
  return new RestError(401, 'PGRST301', message, { hint, headers: { 'www-authenticate': 'Bearer' } })
}

function sendSession(
  reply: FastifyReply,
  { id, organization_id, scope, expires_at }: SessionRow,
  { smtpUrl }: SessionSettings,
): FastifyReply {
  return reply
    .type('application/json; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(
      JSON.stringify({
        id,
        organization_id,
        scope,
        expires_at: expires_at.toISOString(),
        can_mail: smtpUrl !== undefined,
      }),
    )
}
