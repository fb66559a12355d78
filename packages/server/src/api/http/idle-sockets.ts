import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

/**
 * Closes connections without a request in progress when the server stops. Node's own `closeIdleConnections` omits
 * connections that never had a request, such as those a browser opens ahead: a shutdown would wait for them.
 */
export function closeIdleSockets(scope: FastifyInstance): void {
  const idle = new Set<Socket>()
  scope.server.on('connection', (socket) => {
    idle.add(socket)
    socket.once('close', () => idle.delete(socket))
  })
  scope.server.on('request', ({ socket }, response) => {
    idle.delete(socket)
    response.once('close', () => {
      if (!socket.destroyed) idle.add(socket)
    })
  })
  scope.addHook('preClose', async () => {
    for (const socket of idle) socket.destroy()
  })
}
