import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { after, suite, test } from 'node:test'
import ipaddr from 'ipaddr.js'
import { gzipSync } from 'node:zlib'
import { until } from '../../test/harness/until.ts'
import { createSender } from './send.ts'
import type { Answer } from './answer.ts'

/** What a connection does with incoming data. */
type OnData = (socket: Socket, text: string) => void

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'

suite('HTTP requests', () => {
  const servers: { server: Server; sockets: Set<Socket> }[] = []
  after(() => {
    for (const { server, sockets } of servers) {
      for (const socket of sockets) socket.destroy()
      server.close()
    }
  })

  const sender = createSender({
    allowHttp: true,
    egressAllow: [ipaddr.parseCIDR('127.0.0.0/8')],
    egressPorts: [[1024, 65_535]],
  })

  async function listen(
    onData: OnData,
  ): Promise<{ url: string; sockets: Set<Socket>; connections(): number }> {
    const sockets = new Set<Socket>()
    let connections = 0
    const server = createServer((socket) => {
      connections += 1
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket)).on('error', () => {})
      socket.on('data', (chunk) => onData(socket, chunk.toString('latin1')))
    })
    servers.push({ server, sockets })
    server.listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as AddressInfo
    return { url: `http://127.0.0.1:${port}/hook?a=b`, sockets, connections: () => connections }
  }

  const send = (url: string, timeout = 10_000): Promise<Answer> =>
    sender.send({ url, headers: { 'X-A': '1' }, body: Buffer.from('{"ü":1}'), timeout })

  const codeOf = (answer: Answer): unknown =>
    answer.kind === 'response' ? answer.statusCode : answer.error.name

  test('a request has the exact bytes of an HTTP/1.1 POST', async () => {
    let received = ''
    const { url } = await listen((socket, text) => {
      received += text
      socket.write(OK)
    })
    assert.equal(codeOf(await send(url)), 200)
    const { host } = new URL(url)
    assert.equal(
      received,
      `POST /hook?a=b HTTP/1.1\r\nhost: ${host}\r\nconnection: keep-alive\r\nX-A: 1\r\ncontent-length: 8\r\n\r\n` +
        Buffer.from('{"ü":1}').toString('latin1'),
    )
  })

  test('a request uses the connection of the previous one', async () => {
    const { url, connections } = await listen((socket) => socket.write(OK))
    for (let count = 0; count < 3; count += 1) assert.equal(codeOf(await send(url)), 200)
    assert.equal(connections(), 1)
  })

  test('concurrent requests use separate connections', async () => {
    const waiting: Socket[] = []
    const { url, connections } = await listen((socket) => {
      waiting.push(socket)
      if (waiting.length === 3) for (const each of waiting) each.write(OK)
    })
    const answers = await Promise.all([send(url), send(url), send(url)])
    assert.deepEqual(answers.map(codeOf), [200, 200, 200])
    assert.equal(connections(), 3)
  })

  test('a request is repeated once if the kept-alive connection closes before a response', async () => {
    let requests = 0
    const { url, connections } = await listen((socket) => {
      requests += 1
      if (requests === 2) socket.destroy()
      else socket.write(OK)
    })
    assert.equal(codeOf(await send(url)), 200)
    assert.equal(codeOf(await send(url)), 200)
    assert.deepEqual([requests, connections()], [3, 2])
  })

  test('a request is not repeated after failing on a new connection or after part of the response', async () => {
    let requests = 0
    const { url } = await listen((socket) => {
      requests += 1
      socket.destroy()
    })
    assert.equal((await send(url)).kind, 'failure')
    assert.equal(requests, 1)
    const half = await listen((socket) => {
      requests += 1
      if (requests === 2) socket.write(OK)
      else socket.end('HTTP/1.1 200 OK\r\n')
    })
    await send(half.url)
    assert.equal((await send(half.url)).kind, 'failure')
    assert.equal(requests, 3)
  })

  test('a request does not use a connection that the server has closed', async () => {
    const { url, sockets, connections } = await listen((socket) => socket.write(OK))
    await send(url)
    for (const socket of sockets) socket.end()
    await until('the connection to be gone', () => sockets.size === 0)
    assert.equal(codeOf(await send(url)), 200)
    assert.equal(connections(), 2)
  })

  test('a request does not use a connection that received unexpected data', async () => {
    const { url, sockets, connections } = await listen((socket) => socket.write(OK))
    await send(url)
    for (const socket of sockets) socket.write('HTTP/1.1 500 Not yours\r\ncontent-length: 0\r\n\r\n')
    await until('the connection to be gone', () => sockets.size === 0)
    assert.equal(codeOf(await send(url)), 200)
    assert.equal(connections(), 2)
  })

  test('a request succeeds with 100 Continue before its response, and with a 204 that states a length', async () => {
    const { url } = await listen((socket) => socket.write(`HTTP/1.1 100 Continue\r\n\r\n${OK}`))
    assert.equal(codeOf(await send(url)), 200)
    const empty = await listen((socket) =>
      socket.write('HTTP/1.1 204 No Content\r\ncontent-length: 2\r\n\r\n'),
    )
    assert.equal(codeOf(await send(empty.url)), 204)
  })

  test('a request ends at its timeout if the response never ends', async () => {
    const { url, sockets } = await listen((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n')
      const drip = setInterval(() => socket.write('1\r\nx\r\n'), 5)
      socket.on('close', () => clearInterval(drip))
    })
    const answer = await send(url, 200)
    assert.deepEqual([codeOf(answer), answer.kind === 'failure' && answer.phase], ['Timeout', 'reading'])
    await until('the connection to be gone', () => sockets.size === 0)
  })

  test('a compressed response is not decompressed', async () => {
    const bomb = gzipSync(Buffer.alloc(10_000_000))
    const { url } = await listen((socket) => {
      socket.write(
        `HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${Math.min(bomb.length, 12_000)}\r\n\r\n`,
      )
      socket.write(bomb.subarray(0, 12_000))
    })
    const answer = await send(url)
    // Its bytes, in base64.
    assert.ok(answer.kind === 'response' && answer.body.length <= 16_100)
    assert.equal(answer.headers['content-encoding'], 'gzip')
  })

  test('a response with ten thousand headers is refused and its connection is closed', async () => {
    const headers = Array.from({ length: 10_000 }, (_, i) => `x-${i}: ${i}\r\n`).join('')
    const { url, sockets } = await listen((socket) => socket.write(`HTTP/1.1 200 OK\r\n${headers}\r\n`))
    const answer = await send(url)
    assert.match(answer.kind === 'failure' ? answer.error.message : '', /headers/)
    await until('the connection to be gone', () => sockets.size === 0)
  })

  test('only 16 KiB of each of a hundred endless responses are kept', async () => {
    const flood = 'x'.repeat(65_536)
    const { url } = await listen((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n')
      const pour = (): void => {
        while (!socket.destroyed && socket.write(`10000\r\n${flood}\r\n`));
      }
      socket.on('drain', pour)
      pour()
    })
    const answers = await Promise.all(Array.from({ length: 100 }, () => send(url)))
    const kept = answers.map((answer) => (answer.kind === 'response' ? answer.body.length : -1))
    assert.deepEqual(new Set(kept), new Set([16 * 1024]))
  })

  test('only 16 KiB of a large response are kept, and its connection is closed', async () => {
    const { url, sockets } = await listen((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n${'x'.repeat(200_000)}`)
    })
    const answer = await send(url)
    assert.equal(answer.kind === 'response' && answer.body.length, 16 * 1024)
    await until('the connection to be gone', () => sockets.size === 0)
  })
})
