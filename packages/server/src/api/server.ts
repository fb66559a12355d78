import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fastify from 'fastify'
import type { Logger } from 'pino'
import { ApiError, messageOf } from '../domain/errors.ts'
import { requireFunctionAccess, refuseKeysInLinkSession, requireTableAccess } from './auth/access.ts'
import type { Authenticate, Caller } from './auth/authenticate.ts'
import { markOrigin, markTrace } from './auth/mark-origin.ts'
import { clientInfo } from './auth/client-info.ts'
import { addCors } from './http/cors.ts'
import { addInboxRoute } from './inbox/receive.ts'
import type { InboxOptions } from './inbox/receive.ts'
import type { DiskSpace } from '../database/disk-space.ts'
import type { Admission } from './limits/admission.ts'
import { requireSpace } from './limits/require-space.ts'
import type { LiveLog } from './live/live-log.ts'
import { trackIdleSockets } from './http/idle-sockets.ts'
import { addReference } from './openapi/routes.ts'
import type { Tracing } from '../observability/tracing.ts'
import { refuseAmbiguous } from './http/refuse-ambiguous.ts'
import { addRequestIds, chooseRequestId } from './http/request-ids.ts'
import { traceRequests } from './http/trace-requests.ts'
import type { Metrics } from '../observability/metrics.ts'
import type { Readiness } from '../observability/readiness.ts'
import { addSecurityHeaders } from './http/security-headers.ts'
import { addGuide } from './guide/guide.ts'
import { addSettingsPage } from './page/settings-page.ts'
import { parseArguments } from '../rest/request/body.ts'
import { toErrorResponse } from '../rest/response/error-response.ts'
import { RestError } from '../domain/errors.ts'
import { requireProfile } from '../rest/request/content-negotiation.ts'
import type { Principal } from '../domain/principal.ts'
import { readHeader } from '../rest/request/rest-message.ts'
import type { RestResponse } from '../rest/request/rest-message.ts'
import type { Rest } from '../rest/rest.ts'
import { FUNCTIONS } from './rpc/functions.ts'
import type { RpcContext } from './rpc/rpc.ts'
import { serverOrigin, requireCsrfHeader } from './sessions/csrf-header.ts'
import { addSourceRoutes } from './sources/source-routes.ts'
import { addSessionRoutes } from './sessions/session-routes.ts'
import type { SessionSettings } from './sessions/session-routes.ts'
import type { SessionStore } from './sessions/session-store.ts'

const BODY_LIMIT = 1024 * 1024
/** supabase-js puts long `.in()` lists into the URL. */
const MAX_URL_LENGTH = 64 * 1024
/** Limit on the URL and all headers together. */
const MAX_HEAD_BYTES = MAX_URL_LENGTH + 16 * 1024
/** Interval in milliseconds of the check for connections that are too slow. */
const MAX_CHECK_INTERVAL_MS = 5_000
const REST_METHODS = ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE', 'PUT', 'OPTIONS'] as const

declare module 'fastify' {
  interface FastifyRequest {
    /** Set on the routes of `/rest/v1`. */
    caller: Caller
  }
}

export interface ApiOptions {
  admission: Admission
  authenticate: Authenticate
  sessions: SessionStore
  settings: SessionSettings & {
    corsOrigins: readonly string[]
    clientTimeoutMs: number
    sourceRateLimit: number
  }
  inbox: InboxOptions
  diskSpace: Pick<DiskSpace, 'shortage'>
  /** Undefined where `rest` is. */
  live: LiveLog | undefined
  /** Addresses and CIDR ranges of the proxies whose `X-Forwarded-For` is trusted. */
  trustedProxies: readonly string[]
  /** Undefined on a worker node, which only serves its health. */
  rest: Rest | undefined
  rpc: RpcContext
  checkReady(): Promise<Readiness>
  metrics: Pick<Metrics, 'read'>
  tracing: Tracing
  log: Logger
}

/** Creates the HTTP server: health, `/rest/v1` and its functions. It does not listen yet. */
export function createServer(options: ApiOptions): FastifyInstance {
  const server = fastify({
    bodyLimit: BODY_LIMIT,
    http: {
      maxHeaderSize: MAX_HEAD_BYTES,
      headersTimeout: options.settings.clientTimeoutMs,
      connectionsCheckingInterval: Math.min(MAX_CHECK_INTERVAL_MS, options.settings.clientTimeoutMs / 2),
    },
    trustProxy: [...options.trustedProxies],
    clientErrorHandler: respondToUnreadable,
    genReqId: chooseRequestId,
    routerOptions: { maxParamLength: 200 },
    forceCloseConnections: 'idle',
    frameworkErrors: (error, { id }, reply) => {
      void send(reply, toErrorResponse(toReportableError(error, options.log, id)))
    },
    requestTimeout: options.settings.clientTimeoutMs,
  })
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  addRequestIds(server, options.log)
  traceRequests(server, options.tracing)
  addSecurityHeaders(server)
  addCors(server, options.settings.corsOrigins)
  server.addHook('onRequest', refuseLongUrl)
  server.addHook('onRequest', refuseAmbiguous)
  requireSpace(server, options.diskSpace)
  server.setErrorHandler((error, { id, routeOptions }, reply) =>
    send(reply, toErrorResponse(toReportableError(error, options.log, id, routeOptions.bodyLimit))),
  )
  server.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0]
    return send(reply, toErrorResponse(new ApiError(404, 'PGRST125', `nothing exists at ${path}`)))
  })
  addHealth(server, options)
  server.get('/metrics', async (_request, reply) => {
    const { text, contentType } = await options.metrics.read()
    return await reply.type(contentType).send(text)
  })
  if (options.rest !== undefined) addRest(server, options.rest, options)
  const closeIdleSockets = trackIdleSockets(server.server)
  // Runs before the server waits for connections to end; these would not end on their own.
  server.addHook('preClose', async () => {
    options.live?.close()
    closeIdleSockets()
  })
  return server
}

function addHealth(server: FastifyInstance, { checkReady }: ApiOptions): void {
  server.get('/health/live', () => ({ status: 'ok' }))
  server.get('/health/ready', async (_request, reply) => {
    const readiness = await checkReady()
    return reply.status(readiness.status === 'ok' ? 200 : 503).send(readiness)
  })
}

function addRest(server: FastifyInstance, rest: Rest, options: ApiOptions): void {
  const { admission, live, rpc, settings } = options
  server.decorateRequest('caller')
  /** Runs before the body is read: unknown callers cannot make us read a megabyte. */
  const onRequest = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const { caller, headers } = await admission.admit(request.headers, request.ip)
    if (caller.session !== undefined) requireCsrfHeader(request, settings.publicUrl)
    request.caller = {
      ...caller,
      principal: withPlace(
        markTrace(markOrigin(caller.principal, request.headers), request.headers),
        request,
      ),
    }
    reply.headers(headers)
  }
  addSettingsPage(server, settings)
  addGuide(server)
  addSessionRoutes(server, options)
  addInboxRoute(server, options.inbox)
  // Sources write to the reference CRM, which not every installation has.
  if (rest.describe('webhooks_service').some(({ name }) => name === 'webhook_sources')) {
    addSourceRoutes(server, { ...rpc, sourceRateLimit: settings.sourceRateLimit })
  }

  addReference(server, rest, FUNCTIONS, onRequest)

  server.route<{ Params: { name: string } }>({
    method: [...REST_METHODS],
    url: '/rest/v1/rpc/:name',
    exposeHeadRoute: false,
    onRequest,
    handler: async (request, reply) => {
      const { principal } = request.caller
      const { name } = request.params
      const called = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined
      if (called === undefined) {
        throw new ApiError(404, 'PGRST202', `no function is called ${name}`, {
          hint: `Available functions: ${Object.keys(FUNCTIONS).join(', ')}.`,
        })
      }
      if (request.method !== 'POST') throw refuseMethod(request.method)
      requireFunctionAccess(principal, name, called.access)
      requireProfile(readHeader(request.headers, 'content-profile'))
      const call = { caller: request.caller, origin: settings.publicUrl ?? serverOrigin(request) }
      const result = await called.run(rpc, parseArguments(request.body), principal, call)
      return reply.type('application/json; charset=utf-8').send(JSON.stringify(result))
    },
  })

  server.get('/rest/v1/webhook_logs/live', { onRequest, exposeHeadRoute: false }, async (request, reply) => {
    const { headers, caller } = request
    requireTableAccess(caller.principal, 'GET', 'webhook_logs')
    await live?.stream({ headers, caller, search: getSearch(request) }, () => {
      const own = reply.getHeaders() as Record<string, string>
      return { response: reply.hijack().raw, headers: own }
    })
  })

  server.route<{ Params: { table: string } }>({
    method: [...REST_METHODS],
    url: '/rest/v1/:table',
    exposeHeadRoute: false,
    onRequest,
    handler: async (request, reply) => {
      const { principal, session } = request.caller
      requireTableAccess(principal, request.method, request.params.table)
      refuseKeysInLinkSession(session?.is_of_link === true, request.method, request.params.table)
      const response = await rest.handle({
        method: request.method,
        table: request.params.table,
        search: getSearch(request),
        headers: request.headers,
        body: typeof request.body === 'string' ? request.body : '',
        principal,
      })
      return send(reply, response)
    },
  })
}

function withPlace(principal: Principal, request: FastifyRequest): Principal {
  const { actor } = principal
  return actor === undefined ? principal : { ...principal, actor: { ...actor, ...clientInfo(request) } }
}

function refuseMethod(method: string): RestError {
  return new RestError(405, 'PGRST117', `Unsupported HTTP method: ${method}`, {
    hint: 'Call functions with POST and a JSON object of arguments.',
    headers: { allow: 'POST' },
  })
}

function send(reply: FastifyReply, { status, headers, body }: RestResponse): FastifyReply {
  return reply
    .status(status)
    .headers(headers)
    .send(body === '' ? undefined : body)
}

async function refuseLongUrl({ raw }: FastifyRequest): Promise<void> {
  if ((raw.url ?? '').length <= MAX_URL_LENGTH) return
  throw new ApiError(414, '54000', 'the URL is longer than 64 KiB', {
    hint: 'Split long lists of values into several requests.',
  })
}

/** Without a valid HTTP request there is no response object, only a connection. */
function respondToUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const { status, headers, body } = toErrorResponse(toParseError(error.code))
  const lines = Object.entries({ ...headers, connection: 'close', 'content-length': Buffer.byteLength(body) })
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head}\r\n${body}`)
}

function toParseError(code: string | undefined): ApiError {
  if (code === 'HPE_HEADER_OVERFLOW')
    return new ApiError(431, '54000', 'the URL and headers are longer than 80 KiB together')
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new ApiError(408, '57014', 'the request took too long to arrive and was not processed')
  return new ApiError(400, 'PGRST100', 'the request is not valid HTTP')
}

function getSearch({ raw }: FastifyRequest): string {
  const url = raw.url ?? ''
  const at = url.indexOf('?')
  return at < 0 ? '' : url.slice(at + 1)
}

/** Fastify's own errors keep their status; a bug is logged here and not revealed. */
function toReportableError(error: unknown, log: Logger, requestId: string, bodyLimit = BODY_LIMIT): unknown {
  const { statusCode, code } = error as { statusCode?: number; code?: string }
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return new ApiError(413, '54000', `the body is larger than ${bodyLimit / (1024 * 1024)} MiB`, {
      hint: 'Split the request into smaller ones.',
    })
  }
  if (error instanceof ApiError) return error
  if (statusCode !== undefined && statusCode < 500)
    return ApiError.of(statusCode, 'PGRST100', messageOf(error))
  log.error({ request_id: requestId, error: messageOf(error) }, 'request failed')
  return error
}
