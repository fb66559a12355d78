import { ServerResponse } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

/** A request to change the protocol of its connection, and the bytes that came with it. */
export interface Upgrade {
  socket: Socket
  head: Buffer
}

const upgrades = new WeakMap<IncomingMessage, Upgrade>()

/** Undefined for a request that does not ask for WebSocket. */
export function upgradeOf(request: IncomingMessage): Upgrade | undefined {
  return upgrades.get(request)
}

/**
 * Routes requests for a WebSocket at this path like others, so that the hooks of the server apply to them. Requests for
 * other protocols, such as the HTTP/2 that Java's client offers with each request, are served as if they had not asked.
 */
export function routeUpgrades(server: FastifyInstance, path: string): void {
  server.server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    const isWebSocket = request.headers.upgrade?.toLowerCase() === 'websocket'
    if (!isWebSocket || request.url?.split('?')[0] !== path)
      return serveWithoutUpgrade(server, request, socket, head)
    // A client that goes away meanwhile must not end the process.
    socket.on('error', () => socket.destroy())
    upgrades.set(request, { socket, head })
    const response = new ServerResponse(request)
    response.assignSocket(socket)
    // A refusal is the last response of the connection.
    response.shouldKeepAlive = false
    response.once('finish', () => socket.end())
    server.routing(request, response)
  })
}

const UPGRADE_HEADERS = new Set(['connection', 'upgrade', 'http2-settings'])

/** Node gives the connection away with an upgrade: puts the request back, without the upgrade. */
function serveWithoutUpgrade(
  { server }: FastifyInstance,
  { method, url, httpVersion, rawHeaders }: IncomingMessage,
  socket: Socket,
  head: Buffer,
): void {
  const lines = [`${method} ${url} HTTP/${httpVersion}`]
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (!UPGRADE_HEADERS.has(rawHeaders[at]!.toLowerCase()))
      lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`)
  }
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]))
  server.emit('connection', socket)
}
