import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Tracks connections without a request in progress, and returns a function that closes them. Node's own
 * `closeIdleConnections` omits connections that never had a request, such as those a browser opens ahead: a shutdown
 * would wait for them.
 */
export function trackIdleSockets(server: Server): () => void {
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
