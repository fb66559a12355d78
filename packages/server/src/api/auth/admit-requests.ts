import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Principal } from '../../domain/principal.ts'
import type { Admission } from '../limits/admission.ts'
import { getSearch } from '../http/rest-methods.ts'
import { isOrdinary } from '../intake/readable-post.ts'
import { IDEMPOTENCY_KEY } from '../repeated-calls/identify-call.ts'
import { requireCsrfHeader } from '../sessions/csrf-header.ts'
import type { Caller } from './authenticate.ts'
import { clientInfo } from './client-info.ts'
import { markOrigin, markTrace } from './mark-origin.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Set on the routes of `/rest/v1`. */
    caller: Caller
  }
}

/**
 * Authenticates and limits all requests of the scope, before their body is read: unknown callers cannot make us read a
 * megabyte.
 */
export function admitRequests(
  scope: FastifyInstance,
  { admission, publicUrl }: { admission: Admission; publicUrl: string | undefined },
): void {
  scope.decorateRequest('caller')
  scope.addHook('onRequest', async (request, reply) => {
    const kind = { isEventPost: isEventPost(request) }
    const { caller, headers } = await admission.admit(request.headers, request.ip, kind)
    if (caller.session !== undefined) requireCsrfHeader(request, publicUrl)
    const marked = markTrace(markOrigin(caller.principal, request.headers), request.headers)
    request.caller = { ...caller, principal: withClientInfo(marked, request) }
    reply.headers(headers)
  })
}

/** Tests for a post of events that has no options, as far as its head tells. */
function isEventPost(request: FastifyRequest): boolean {
  const { method, params, headers } = request
  return (
    method === 'POST' &&
    (params as { table?: string }).table === 'webhook_events' &&
    headers[IDEMPOTENCY_KEY] === undefined &&
    isOrdinary({ search: getSearch(request), headers })
  )
}

function withClientInfo(principal: Principal, request: FastifyRequest): Principal {
  const { actor } = principal
  return actor === undefined ? principal : { ...principal, actor: { ...actor, ...clientInfo(request) } }
}
