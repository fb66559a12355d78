import type { FastifyInstance } from 'fastify'
import fastify from 'fastify'
import type { Logger } from 'pino'
import type { DiskSpace } from '../database/disk-space.ts'
import type { Tracing } from '../observability/tracing.ts'
import type { Rest } from '../rest/rest.ts'
import type { Authenticate } from './auth/authenticate.ts'
import { guide } from './guide/guide.ts'
import { addCors } from './http/cors.ts'
import { respondToErrors, respondToUnreadable, sendError } from './http/error-responses.ts'
import type { HealthOptions } from './http/health-routes.ts'
import { healthRoutes } from './http/health-routes.ts'
import { closeIdleSockets } from './http/idle-sockets.ts'
import { refuseAmbiguous } from './http/refuse-ambiguous.ts'
import { addRequestIds, chooseRequestId } from './http/request-ids.ts'
import { BODY_LIMIT, MAX_CHECK_INTERVAL_MS, MAX_HEAD_BYTES, refuseLongUrl } from './http/request-limits.ts'
import { addSecurityHeaders } from './http/security-headers.ts'
import { traceRequests } from './http/trace-requests.ts'
import { inboxRoute } from './inbox/receive.ts'
import type { InboxOptions } from './inbox/receive.ts'
import type { Admission } from './limits/admission.ts'
import type { SharedCounts } from './limits/shared-counts.ts'
import { requireSpace } from './limits/require-space.ts'
import type { LiveLog } from './live/live-log.ts'
import { realtimeRoute } from './realtime/realtime-route.ts'
import type { Realtime } from './realtime/realtime.ts'
import { referencePage } from './openapi/routes.ts'
import { settingsPage } from './page/settings-page.ts'
import { restRoutes } from './rest-routes.ts'
import type { PortalTheme } from '../domain/portal/theme.ts'
import { FUNCTIONS } from './rpc/functions.ts'
import type { RpcContext } from './rpc/rpc.ts'
import { decodeBody } from './http/decode-body.ts'
import { sessionRoutes } from './sessions/session-routes.ts'
import type { SessionSettings } from './sessions/session-routes.ts'
import type { SessionStore } from './sessions/session-store.ts'
import { keySetRoute } from './signing-keys/key-set-route.ts'
import { sourceRoutes } from './sources/source-routes.ts'

export interface ApiOptions extends HealthOptions {
  admission: Admission
  authenticate: Authenticate
  sessions: SessionStore
  settings: SessionSettings & {
    portalRefreshUrl: string | undefined
    portalTheme: PortalTheme
    corsOrigins: readonly string[]
    clientTimeoutMs: number
    sourceRateLimit: number
  }
  inbox: Omit<InboxOptions, 'sharedCounts'>
  diskSpace: Pick<DiskSpace, 'shortage'>
  /** Undefined where `rest` is. */
  live: LiveLog | undefined
  /** The same. */
  realtime: Realtime | undefined
  /** Addresses and CIDR ranges of the proxies whose `X-Forwarded-For` is trusted. */
  trustedProxies: readonly string[]
  /** Undefined on a worker node, which only serves its health. */
  rest: Rest | undefined
  rpc: RpcContext
  /** Undefined for a node of one process. */
  sharedCounts: SharedCounts | undefined
  tracing: Tracing
  log: Logger
}

/**
 * Creates the HTTP server, without listening yet. What is added to the server itself applies to all requests, in this
 * order. Each plugin has a scope: its hooks and parsers apply only to its own routes.
 */
export function createServer(options: ApiOptions): FastifyInstance {
  const server = createBareServer(options)
  addRequestIds(server, options.log)
  traceRequests(server, options.tracing)
  addSecurityHeaders(server)
  addCors(server, options.settings.corsOrigins)
  server.addHook('onRequest', refuseLongUrl)
  server.addHook('onRequest', refuseAmbiguous)
  requireSpace(server, options.diskSpace)
  respondToErrors(server, options.log)

  void server.register(healthRoutes, { checkReady: options.checkReady, metrics: options.metrics })
  if (options.rest !== undefined) registerApi(server, options.rest, options)
  // The last plugin, so that its hook finds the sockets of the streams that other plugins end.
  void server.register(closeIdleSockets)
  return server
}

function registerApi(server: FastifyInstance, rest: Rest, options: ApiOptions): void {
  const { admission, authenticate, inbox, live, log, realtime, rpc, sessions, settings, sharedCounts } =
    options
  const { frameAncestors, portalRefreshUrl, portalTheme, publicUrl, sourceRateLimit } = settings
  const portal = { frame_ancestors: frameAncestors, refresh_url: portalRefreshUrl, theme: portalTheme }
  void server.register(settingsPage, { portal })
  void server.register(guide)
  void server.register(referencePage, { rest, functions: FUNCTIONS })
  void server.register(sessionRoutes, { sessions, admission, authenticate, settings, log })
  void server.register(inboxRoute, { ...inbox, sharedCounts })
  void server.register(keySetRoute, { ...rpc, sharedCounts })
  // Sources write to the reference CRM, which not every installation has.
  const hasSources = rest.describe('webhooks_service').some(({ name }) => name === 'webhook_sources')
  if (hasSources) void server.register(sourceRoutes, { ...rpc, sourceRateLimit, sharedCounts })
  if (realtime !== undefined) {
    void server.register(realtimeRoute, { realtime, publicUrl, corsOrigins: settings.corsOrigins })
  }
  void server.register(restRoutes, { prefix: '/rest/v1', admission, publicUrl, rest, rpc, live, log })
}

/** Bodies are text, whatever their type: the routes parse them. */
function createBareServer({ settings, trustedProxies, log }: ApiOptions): FastifyInstance {
  const server = fastify({
    bodyLimit: BODY_LIMIT,
    http: {
      maxHeaderSize: MAX_HEAD_BYTES,
      headersTimeout: settings.clientTimeoutMs,
      connectionsCheckingInterval: Math.min(MAX_CHECK_INTERVAL_MS, settings.clientTimeoutMs / 2),
    },
    trustProxy: [...trustedProxies],
    clientErrorHandler: respondToUnreadable,
    genReqId: chooseRequestId,
    routerOptions: { maxParamLength: 200 },
    forceCloseConnections: 'idle',
    frameworkErrors: (error, { id }, reply) => void sendError(reply, error, log, id),
    requestTimeout: settings.clientTimeoutMs,
  })
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => {
    try {
      done(null, decodeBody(body as Buffer, request.headers['content-type'] ?? ''))
    } catch (error) {
      done(error as Error)
    }
  })
  return server
}
