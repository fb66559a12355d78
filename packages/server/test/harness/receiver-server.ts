import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { until } from './until.ts'

/** A request as it arrived, byte for byte. */
export interface ReceivedRequest {
  method: string
  path: string
  headers: Record<string, string>
  body: string
  /** The parsed body. */
  json: {
    event: string
    timestamp: string
    data: Record<string, unknown>
    previous?: Record<string, unknown>
  }
}

/** A status, or anything that a server can do with a request. */
export type Reply = number | ((response: ServerResponse, request: ReceivedRequest) => void)

/** A customer's endpoint: a real HTTP server that records what it gets and answers what it is told. */
export interface ReceiverServer {
  url: string
  requests: ReceivedRequest[]
  /** Answers to the next requests to `path`, in turn; the last one stays. Without any it answers 200. */
  reply(path: string, ...replies: Reply[]): void
  /** The requests to `path`, once there are so many. */
  received(path: string, count: number): Promise<ReceivedRequest[]>
  close(): Promise<void>
}

export async function startReceiver(): Promise<ReceiverServer> {
  const requests: ReceivedRequest[] = []
  const replies = new Map<string, Reply[]>()
  const server = createServer((request, response) => {
    readRequest(request).then(
      (received) => {
        requests.push(received)
        const planned = replies.get(received.path) ?? [200]
        const reply = (planned.length > 1 ? planned.shift() : planned[0]) ?? 200
        if (typeof reply === 'number') response.writeHead(reply).end(`answered ${reply}`)
        else reply(response, received)
      },
      () => response.destroy(),
    )
  })
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const to = (path: string): ReceivedRequest[] => requests.filter((request) => request.path === path)
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    reply: (path, ...planned) => void replies.set(path, planned),
    async received(path, count) {
      await until(`${count} requests to ${path}`, () => to(path).length >= count)
      return to(path)
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function readRequest(request: IncomingMessage): Promise<ReceivedRequest> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks).toString('utf8')
  return {
    method: request.method ?? '',
    path: request.url ?? '',
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, [value].flat().join(', ')]),
    ),
    body,
    json: JSON.parse(body) as ReceivedRequest['json'],
  }
}
