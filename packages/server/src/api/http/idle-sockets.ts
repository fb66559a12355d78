import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Watches which connections have no request under way, and gives what closes them. Node's own `closeIdleConnections` leaves
 * out those that never had one, such as a browser opens ahead: a stop would wait for them.
 */
export function watchQuietConnections(server: Server): () => void {
  const quiet = new Set<Socket>()
  server.on('connection', (socket) => {
    quiet.add(socket)
    socket.once('close', () => quiet.delete(socket))
  })
  server.on('request', ({ socket }, response) => {
    quiet.delete(socket)
    response.once('close', () => {
      if (!socket.destroyed) quiet.add(socket)
    })
  })
  return () => {
    for (const socket of quiet) socket.destroy()
  }
}
