import { phrase } from '../../domain/messages/phrase.ts'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { WebSocketServer } from 'ws'
import { z } from 'zod'
import { ApiError } from '../../domain/errors.ts'
import { serverOrigin } from '../sessions/csrf-header.ts'
import type { ConnectionInfo } from './client.ts'
import { PROTOCOL_VERSIONS } from './frames.ts'
import type { Realtime } from './realtime.ts'
import { routeUpgrades, upgradeOf } from './upgrades.ts'

const PATH = '/realtime/v1/websocket'
/** A join with long filters; supabase-js sends nothing larger. */
const MAX_MESSAGE_BYTES = 64 * 1024

export interface RealtimeRouteOptions {
  realtime: Realtime
  corsOrigins: readonly string[]
  publicUrl: string | undefined
}

const query = z.object({ vsn: z.enum(PROTOCOL_VERSIONS).default('1.0.0'), apikey: z.string().optional() })

/** Adds `/realtime/v1/websocket`, and closes its connections at shutdown, which would otherwise wait for them. */
export function realtimeRoute(scope: FastifyInstance, options: RealtimeRouteOptions): void {
  const { realtime } = options
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
    // Each client answers pings within its limits.
    autoPong: false,
  })
  routeUpgrades(scope, PATH)
  scope.get(PATH, { exposeHeadRoute: false }, async (request, reply) => {
    const upgrade = upgradeOf(request.raw)
    if (upgrade === undefined) {
      reply.header('upgrade', 'websocket')
      throw ApiError.of(426, 'PGRST100', phrase('realtime.webSocketOnly'), {
        hint: phrase('hint.useChannel'),
      })
    }
    requireOrigin(request, options)
    const info = readInfo(request, options)
    realtime.requireRoom(request.ip)
    reply.hijack().raw.detachSocket(upgrade.socket)
    sockets.handleUpgrade(request.raw, upgrade.socket, upgrade.head, (socket) =>
      realtime.connect(socket, info),
    )
  })
  scope.addHook('preClose', async () => await realtime.close())
}

function readInfo(request: FastifyRequest, options: RealtimeRouteOptions): ConnectionInfo {
  const parsed = query.safeParse(request.query)
  if (!parsed.success) {
    throw new ApiError(400, 'PGRST100', phrase('realtime.version'), {
      hint: phrase('hint.use', { names: PROTOCOL_VERSIONS.join(' or ') }),
    })
  }
  const { vsn, apikey = request.headers['apikey'] } = parsed.data
  const { cookie } = request.headers
  return {
    version: vsn,
    address: request.ip,
    credential: {
      ...(typeof apikey === 'string' ? { apikey } : {}),
      // Browsers send the cookie from pages of any origin.
      ...(cookie !== undefined && isOwnOrigin(request, options) ? { cookie } : {}),
    },
  }
}

/**
 * Browsers let pages of any origin open a WebSocket, and do not apply CORS to it.
 * @throws ApiError 403
 */
function requireOrigin(request: FastifyRequest, options: RealtimeRouteOptions): void {
  const { origin } = request.headers
  const { corsOrigins } = options
  if (origin === undefined || corsOrigins.includes('*') || corsOrigins.includes(origin)) return
  if (isOwnOrigin(request, options)) return
  throw new ApiError(403, '42501', phrase('error.pageOrigin', { origin: origin.slice(0, 200) }), {
    hint: phrase('hint.corsOrigins'),
  })
}

function isOwnOrigin(request: FastifyRequest, { publicUrl }: RealtimeRouteOptions): boolean {
  const { origin } = request.headers
  return origin !== undefined && (origin === publicUrl || origin === serverOrigin(request))
}
