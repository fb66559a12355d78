import { once } from 'node:events'
import { WebSocket } from 'ws'
import { until } from './until.ts'

/** Join reference, reference, topic, event, payload. */
type Message = [
  string | null,
  string | null,
  string,
  string,
  { status?: string; response?: Record<string, unknown> },
]

/** A client that sends what supabase-js would not. */
export interface RawClient {
  socket: WebSocket
  received: Message[]
  /** Code and reason, once the connection has ended. */
  ended: Promise<{ code: number; reason: string }>
  send(message: unknown): void
  /** Sends an event, and resolves with the reply. */
  push(
    topic: string,
    event: string,
    payload: object,
  ): Promise<{ status?: string; response?: Record<string, unknown> }>
  /** Joins a topic that follows these changes of the schema public. */
  join(topic: string, changes: readonly object[], more?: object): ReturnType<RawClient['push']>
}

export const socketUrl = (url: string, key: string, vsn = '2.0.0'): string =>
  `${url.replace('http', 'ws')}/realtime/v1/websocket?apikey=${key}&vsn=${vsn}`

export async function connectRaw(
  url: string,
  key: string,
  headers: Record<string, string> = {},
): Promise<RawClient> {
  const socket = new WebSocket(socketUrl(url, key), { headers })
  const received: Message[] = []
  socket.on('message', (data: Buffer) => received.push(JSON.parse(data.toString()) as Message))
  const ended = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() }))
  })
  await once(socket, 'open')
  let refs = 0
  const client: RawClient = {
    socket,
    received,
    ended,
    send: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    async push(topic, event, payload) {
      refs += 1
      const ref = String(refs)
      client.send([ref, ref, topic, event, payload])
      const reply = await until(`the reply to ${event}`, () =>
        received.find((message) => message[1] === ref && message[3] === 'phx_reply'),
      )
      return reply[4]
    },
    join: (topic, changes, more = {}) =>
      client.push(`realtime:${topic}`, 'phx_join', {
        config: { postgres_changes: changes.map((change) => ({ event: '*', schema: 'public', ...change })) },
        ...more,
      }),
  }
  return client
}

/** Resolves with the status of the response to a connection that is refused. */
export async function refusedStatus(address: string, headers: Record<string, string> = {}): Promise<number> {
  const socket = new WebSocket(address, { headers })
  socket.on('error', () => {})
  const [, response] = (await once(socket, 'unexpected-response')) as [
    unknown,
    { statusCode: number; resume(): void },
  ]
  response.resume()
  return response.statusCode
}
