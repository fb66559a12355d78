import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { ServerResponse } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { describe, it } from 'node:test'
import { text } from 'node:stream/consumers'
import { openEventStream } from './event-stream.ts'

/** Connects to a server with the given response; the client reads on demand. */
async function withClient(
  answer: (response: ServerResponse) => Promise<void>,
  use: (socket: ReturnType<typeof connect>) => Promise<void>,
): Promise<void> {
  const answered = Promise.withResolvers<void>()
  const server = createServer((_request, response) => {
    answer(response).then(answered.resolve, answered.reject)
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  socket.on('error', () => {})
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
  await use(socket)
  await answered.promise
  socket.destroy()
  await new Promise((resolve) => server.close(resolve))
}

describe('event streams', () => {
  it('an event stream has the format of Server-Sent Events', async () => {
    await withClient(
      async (response) => {
        const stream = openEventStream(response, { headers: { 'x-own': '1' }, drainTimeout: 5_000 })
        await stream.send('a-1', '{"n":1}')
        await stream.comment('quiet')
        stream.end()
      },
      async (socket) => {
        const [head = '', body = ''] = (await text(socket)).split(/\r\n\r\n/)
        assert.match(head, /content-type: text\/event-stream/)
        assert.match(head, /x-own: 1/)
        assert.match(body, /retry: 2000\n\n[^]*id: a-1\ndata: \{"n":1\}\n\n[^]*: quiet\n\n/)
      },
    )
  })

  it('an event stream ends if the client does not read', async () => {
    let sent = 0
    await withClient(
      async (response) => {
        const stream = openEventStream(response, { headers: {}, drainTimeout: 50 })
        while (!stream.ended.aborted) {
          await stream.send('id', 'x'.repeat(100_000))
          sent += 1
        }
      },
      async (socket) => {
        socket.pause()
      },
    )
    assert.ok(sent < 200, `${sent} of 100 kB each were taken`)
  })

  it('an event stream ends when the client disconnects', async () => {
    await withClient(
      async (response) => {
        const stream = openEventStream(response, { headers: {}, drainTimeout: 60_000 })
        if (!stream.ended.aborted) {
          await new Promise((resolve) => stream.ended.addEventListener('abort', resolve))
        }
      },
      async (socket) => {
        socket.once('data', () => socket.destroy())
      },
    )
  })
})
