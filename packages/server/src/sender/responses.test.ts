import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { after, before, suite, test } from 'node:test'
import ipaddr from 'ipaddr.js'
import { classify } from './classify-response.ts'
import { createSender } from './send.ts'
import type { Answer } from './answer.ts'

const OK = 'HTTP/1.1 200 OK\r\n'

suite('HTTP responses', () => {
  let server: Server
  let url: string
  let response: string
  let closes: boolean
  let connections = 0
  const sockets = new Set<Socket>()
  const sender = createSender({
    allowHttp: true,
    egressAllow: [ipaddr.parseCIDR('127.0.0.0/8')],
    egressPorts: [[1024, 65_535]],
  })

  before(async () => {
    server = createServer((socket) => {
      connections += 1
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('data', () => {
        if (closes) socket.end(response, 'latin1')
        else socket.write(response, 'latin1')
      })
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
  })
  after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })

  async function receive(text: string, thenCloses = false): Promise<Answer> {
    response = text
    closes = thenCloses
    return await sender.send({ url, headers: {}, body: Buffer.from('{}'), timeout: 10_000 })
  }

  async function receiveWhole(text: string, thenCloses = false) {
    const answer = await receive(text, thenCloses)
    assert.ok(answer.kind === 'response', answer.kind === 'failure' ? answer.error.message : '')
    return answer
  }

  async function isReusable(text: string): Promise<boolean> {
    // Idle connections of earlier tests must not count.
    for (const socket of sockets) socket.destroy()
    await receiveWhole(text)
    const opened = connections
    await receiveWhole(text)
    return connections === opened
  }

  async function refuses(
    text: string,
    message: RegExp,
    code = 'invalid_response',
    diagnosis = /./,
    thenCloses = true,
  ): Promise<void> {
    const answer = await receive(text, thenCloses)
    assert.ok(answer.kind === 'failure')
    const classified = classify(answer, 0)
    assert.equal(classified.errorCode, code)
    assert.match(classified.errorMessage ?? '', message)
    assert.match(classified.diagnosis ?? '', diagnosis)
  }

  test('a body is read by its length, in chunks, or to the end of the connection', async () => {
    const fixed = await receiveWhole(`${OK}Content-Length: 5\r\nX-A: 1\r\nx-a:  2 \r\n\r\nhello`)
    assert.deepEqual([fixed.headers, fixed.body], [{ 'content-length': '5', 'x-a': '1, 2' }, 'hello'])
    const chunked = await receiveWhole(
      `${OK}Transfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\nA\r\n0123456789\r\n0\r\nX-Trailer: 1\r\n\r\n`,
    )
    assert.equal(chunked.body, 'abc0123456789')
    assert.equal((await receiveWhole(`${OK}\r\nhello`, true)).body, 'hello')
  })

  test('interim responses are skipped', async () => {
    const answer = await receiveWhole(
      `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n${OK}content-length: 0\r\n\r\n`,
    )
    assert.deepEqual([answer.statusCode, answer.headers], [200, { 'content-length': '0' }])
  })

  test('a response can have headers named __proto__ and constructor', async () => {
    const { headers } = await receiveWhole(`${OK}__proto__: x\r\nconstructor: y\r\ncontent-length: 0\r\n\r\n`)
    assert.equal(JSON.stringify(headers), '{"__proto__":"x","constructor":"y","content-length":"0"}')
  })

  for (const status of ['204 No Content', '304 Not Modified']) {
    test(`a response with ${status} has no body, even if it states a length`, async () => {
      assert.equal((await receiveWhole(`HTTP/1.1 ${status}\r\ncontent-length: 5\r\n\r\n`)).body, '')
      assert.equal(await isReusable(`HTTP/1.1 ${status}\r\n\r\n`), true)
    })
  }

  test('the response decides whether its connection is used again', async () => {
    assert.equal(await isReusable(`${OK}content-length: 0\r\n\r\n`), true)
    assert.equal(await isReusable(`${OK}content-length: 0\r\nconnection: Close\r\n\r\n`), false)
    assert.equal(await isReusable('HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n'), false)
    const kept = 'HTTP/1.0 200 OK\r\ncontent-length: 0\r\nconnection: keep-alive\r\n\r\n'
    assert.equal(await isReusable(kept), true)
    assert.equal(await isReusable(`${OK}content-length: 0\r\n\r\nHTTP/1.1`), false)
  })

  test('a response is refused if the connection closes before its end', async () => {
    const short = /^the endpoint returned 200, but the connection was closed after 4 of 5 bytes/
    const reset = 'connection_reset'
    await refuses(`${OK}content-length: 5\r\n\r\nhell`, short, reset, /Content-Length counts bytes/)
    await refuses(`${OK}content-length: 5\r\nconnection: close\r\n\r\nhell`, short, reset)
    const unended = /^the endpoint returned 200, but the connection was closed before the body had ended/
    await refuses(`${OK}transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n`, unended, reset)
    await refuses('HTTP/1.1 200 OK\r\nx: ', /^the endpoint returned 200, but .* within the headers/, reset)
    await refuses('', /^the connection was closed before a response arrived$/, reset)
  })

  test('what was read of a response that breaks off is kept: its status, headers and body', async () => {
    const answer = await receive(`${OK}content-length: 5\r\nx-a: 1\r\n\r\nhell`, true)
    assert.ok(answer.kind === 'failure')
    const headers = { 'content-length': '5', 'x-a': '1' }
    assert.deepEqual(answer.partial, { statusCode: 200, headers, body: 'hell' })
    const malformed = await receive(`${OK}a: b\r\n c\r\n\r\n`, true)
    assert.ok(malformed.kind === 'failure')
    assert.deepEqual(malformed.partial, { statusCode: 200, headers: null, body: null })
  })

  test('a response that is not a success counts by its status, even if it breaks off', async () => {
    const { statusCode, body } = await receiveWhole('HTTP/1.1 500 No\r\ncontent-length: 9\r\n\r\noops', true)
    assert.deepEqual([statusCode, body], [500, 'oops'])
  })

  test('a response that is not HTTP/1 is refused', async () => {
    const ssh = /does not speak HTTP: it begins with "SSH-2\.0-OpenSSH_9\.2"/
    await refuses('SSH-2.0-OpenSSH_9.2\r\n', /does not start with/, 'invalid_response', ssh)
    await refuses('HTTP/2 200\r\n\r\n', /does not speak HTTP\/1\.1/)
    const settings = '\0\0\x12\x04\0\0\0\0\0\0\x03\0\0\0d'
    await refuses(settings, /does not speak HTTP\/1\.1/, 'invalid_response', /speaks HTTP\/2 without/, false)
    await refuses('\x15\x03\x01\0\x02\x02\x46', /serves HTTPS/, 'invalid_response', /https:\/\//)
    await refuses('HTTP/1.1 20 OK\r\n\r\n', /does not start with/)
  })

  test('a response with headers larger than 16 KiB is refused', async () => {
    await refuses(`${OK}a: ${'x'.repeat(20_000)}\r\n\r\n`, /larger than 16 KiB/)
    await refuses(`${OK}${'a: b\r\n'.repeat(10_000)}`, /larger than 16 KiB/)
  })

  test('a response is refused if a header has no name, continues on the next line, or contains NUL', async () => {
    await refuses(`${OK}: x\r\n\r\n`, /^the endpoint returned 200, but a response header is malformed/)
    const folded = /continues on the next line/
    await refuses(`${OK}a: b\r\n c\r\n\r\n`, folded, 'invalid_response', /each header in one line/)
    await refuses(`${OK}a: b\0c\r\n\r\n`, /response header is malformed/)
  })

  for (const thenCloses of [true, false]) {
    test(`a response whose lines end with LF alone is refused at once, ${thenCloses ? 'closed' : 'left open'}`, async () => {
      for (const text of ['HTTP/1.1 200 OK\ncontent-length: 2\n\nok', `${OK}content-length: 2\n\nok`]) {
        const message =
          /^the endpoint returned 200, but the lines of the response end with LF instead of CR LF$/
        await refuses(text, message, 'invalid_response', /CR LF/, thenCloses)
      }
    })
  }

  test('a response with an ambiguous or invalid length is refused', async () => {
    await refuses(`${OK}content-length: 5\r\ncontent-length: 6\r\n\r\n`, /its length twice/)
    await refuses(`${OK}content-length: -1\r\n\r\n`, /no valid length/)
    await refuses(`${OK}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n`, /its length twice/)
  })

  test('a response with malformed chunks is refused', async () => {
    await refuses(`${OK}transfer-encoding: chunked\r\n\r\nxyz\r\n`, /start with its size/)
    await refuses(`${OK}transfer-encoding: chunked\r\n\r\n2\r\nabcd\r\n`, /longer than its size|malformed/)
    await refuses(`${OK}transfer-encoding: chunked\r\n\r\n${'1'.repeat(2_000)}`, /start with its size/)
  })

  test('a response is refused if it switches the protocol or sends too many interim responses', async () => {
    await refuses('HTTP/1.1 101 Switching Protocols\r\n\r\n', /switches the protocol/)
    const upgrade = 'connection: upgrade\r\nupgrade: websocket\r\n'
    await refuses(`HTTP/1.1 101 Switching Protocols\r\n${upgrade}\r\n`, /switches the protocol/)
    await refuses('HTTP/1.1 100 Continue\r\n\r\n'.repeat(11), /sent more than/)
    await refuses('HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(11), /sent more than/)
  })
})
