import { phrase } from '../../domain/messages/phrase.ts'
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { WebSocket, WebSocketServer } from 'ws'
import type { Database } from '../../database/database.ts'
import { ApiError } from '../../domain/errors.ts'
import { createRealtime } from './realtime.ts'
import type { Realtime } from './realtime.ts'

describe('connections of realtime', () => {
  const time = { now: 1_000_000 }
  const causes: string[] = []
  let realtime: Realtime
  let count = (): { clients: number; channels: number } => ({ clients: 0, channels: 0 })
  const server = createServer()
  const sockets = new WebSocketServer({ server })

  before(async () => {
    const refuse = async (): Promise<never> => {
      throw new ApiError(401, 'PGRST301', phrase('error.key'))
    }
    realtime = createRealtime({
      rest: { describe: () => [], handle: refuse },
      database: {} as Database,
      admission: { admit: refuse, verifyCredential: refuse },
      authenticate: refuse,
      clock: { now: () => time.now },
      metrics: {
        realtimeMessage() {},
        realtimeDisconnect: (cause) => causes.push(cause),
        watchRealtime: (counts) => (count = counts),
      },
      maxClients: 1_000,
      maxClientsPerOrganization: 1,
      onFailure() {},
      checkEvery: 5,
    })
    sockets.on('connection', (socket) =>
      realtime.connect(socket, { version: '2.0.0', address: '192.0.2.1', credential: {} }),
    )
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  after(async () => {
    await realtime.close()
    server.close()
  })

  async function connect(): Promise<WebSocket> {
    const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`)
    await once(socket, 'open')
    return socket
  }

  it('a connection without a message for a minute ends with the reason', async () => {
    const socket = await connect()
    time.now += 61_000
    const [code, reason] = (await once(socket, 'close')) as [number, Buffer]
    assert.deepEqual([code, reason.toString()], [1008, 'no message in 60 seconds'])
    assert.equal(causes.at(-1), 'silent')
  })

  it('a connection that joins no channel ends although it sends heartbeats', async () => {
    const socket = await connect()
    time.now += 10_000
    socket.send('[null,"1","phoenix","heartbeat",{}]')
    await once(socket, 'message')
    time.now += 10_000
    const [, reason] = (await once(socket, 'close')) as [number, Buffer]
    assert.equal(reason.toString(), 'no channel was joined')
    assert.equal(causes.at(-1), 'unused')
  })

  it('an address can have a hundred connections that have not shown a credential', async () => {
    const open = await Promise.all(Array.from({ length: 100 }, connect))
    assert.throws(() => realtime.requireRoom('192.0.2.1'), /too many realtime connections/)
    realtime.requireRoom('192.0.2.2')
    for (const socket of open) socket.close()
    await Promise.all(open.map((socket) => once(socket, 'close')))
    assert.deepEqual(count(), { clients: 0, channels: 0 })
  })
})
