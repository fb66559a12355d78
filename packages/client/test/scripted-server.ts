import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingHttpHeaders, RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

interface SeenRequest {
  method: string | undefined
  url: string
  headers: IncomingHttpHeaders
}

export interface ScriptedServer {
  url: string
  /** The requests so far. */
  seen: SeenRequest[]
  close(): Promise<void>
}

/** Responds to the first requests with one reply each, and to all others with the last one. */
export async function startScripted(...replies: RequestListener[]): Promise<ScriptedServer> {
  const seen: SeenRequest[] = []
  const server = createServer((request, response) => {
    seen.push({ method: request.method, url: request.url ?? '', headers: request.headers })
    replies[Math.min(seen.length, replies.length) - 1]!(request, response)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

export function reply(
  status: number,
  body: unknown = [],
  headers: Record<string, string> = {},
): RequestListener {
  return (_request, response) => response.writeHead(status, headers).end(JSON.stringify(body))
}

/** Ends the connection without a response. */
export const hangUp: RequestListener = (request) => request.socket.destroy()
